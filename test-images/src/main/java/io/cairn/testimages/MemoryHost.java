package io.cairn.testimages;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.CreateContext;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.DriverProvider;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.OpenContext;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A host whose files are in memory: the protocol driver `memory`, reached by filenames `mem:NAME`.
///
/// Its storages record, fail and run full as a test wants; see {@link MemoryStorage}.
public final class MemoryHost implements DriverProvider {
    /// The driver's name.
    public static final String DRIVER = "memory";

    private static final OptionSchema<String> SCHEMA =
            OptionSchema.of(
                    OptionList.of(Option.string("filename", "Name of the storage")),
                    in -> in.requiredString("filename"));

    private final Map<String, MemoryStorage> storages = new ConcurrentHashMap<>();
    private final int requestAlignment;

    /// A host without files that takes requests of any alignment.
    public MemoryHost() {
        this(1);
    }

    /// A host without files whose storages want requests aligned, as direct I/O does.
    public MemoryHost(int requestAlignment) {
        this.requestAlignment = requestAlignment;
    }

    /// Adds or replaces a file.
    public MemoryStorage put(String name, MemoryStorage storage) {
        storages.put(name, storage);
        return storage;
    }

    /// The file of that name.
    ///
    /// @throws IllegalArgumentException if there is none
    public MemoryStorage get(String name) {
        MemoryStorage storage = storages.get(name);
        if (storage == null) {
            throw new IllegalArgumentException(name);
        }
        return storage;
    }

    @Override
    public Set<String> names() {
        return Set.of(DRIVER);
    }

    @Override
    public BlockDriver driver(String name) {
        return new Driver();
    }

    @Override
    public Set<String> probingFormats() {
        return Set.of();
    }

    @Override
    public @Nullable String driverOfPrefix(String prefix) {
        return prefix.equals("mem") ? DRIVER : null;
    }

    private final class Driver implements BlockDriver {
        @Override
        public String name() {
            return DRIVER;
        }

        @Override
        public DriverKind kind() {
            return DriverKind.PROTOCOL;
        }

        @Override
        public OptionSchema<?> openSchema() {
            return SCHEMA;
        }

        @Override
        public Set<String> filenamePrefixes() {
            return Set.of("mem");
        }

        @Override
        public void parseFilename(String filename, Options into) {
            into.put(
                    "filename",
                    filename.startsWith("mem:") ? filename.substring("mem:".length()) : filename);
        }

        @Override
        public DriverInstance open(OpenContext context) throws BlockException {
            String name = SCHEMA.read(context.options(), Dialect.NODE);
            MemoryStorage storage = storages.get(name);
            if (storage == null) {
                throw BlockException.of(Errno.ENOENT, "Could not open '" + name + "'");
            }
            return new Instance(name, storage, requestAlignment);
        }

        @Override
        public void create(CreateContext context) {
            storages.put(context.filename().substring("mem:".length()), new MemoryStorage());
        }
    }

    private static final class Instance extends DriverInstance {
        private final String name;
        private final MemoryStorage storage;
        private final int alignment;

        Instance(String name, MemoryStorage storage, int alignment) {
            this.name = name;
            this.storage = storage;
            this.alignment = alignment;
        }

        @Override
        public long length() {
            return storage.length();
        }

        @Override
        public Limits limits(Limits inherited) {
            return Limits.NONE.withRequestAlignment(alignment);
        }

        @Override
        public Mapping map(long offset, long length) {
            long run = storage.run(offset, length);
            return run < 0 ? new Mapping.Zero(null, offset, -run) : new Mapping.Stored(offset, run);
        }

        @Override
        public boolean readsItself() {
            return true;
        }

        @Override
        public void read(long offset, ByteBuffer dst) throws BlockException {
            storage.pass();
            storage.read(offset, dst);
        }

        @Override
        public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
            storage.pass();
            storage.write(offset, src);
        }

        @Override
        public boolean copyFrom(DriverInstance source, long from, long offset, long length)
                throws BlockException {
            storage.pass();
            return source instanceof Instance other
                    && storage.copyFrom(other.storage, from, offset, length);
        }

        @Override
        public boolean writeZeroes(long offset, long length, WriteFlags flags)
                throws BlockException {
            storage.pass();
            storage.zero(offset, length);
            return true;
        }

        @Override
        public void discard(long offset, long length) throws BlockException {
            storage.pass();
            storage.zero(offset, Math.max(0, Math.min(length, storage.length() - offset)));
        }

        @Override
        public void flushToDisk() throws BlockException {
            storage.pass();
            storage.flush();
        }

        @Override
        public void truncate(
                long length, boolean exact, Preallocation preallocation, boolean zeroNew)
                throws BlockException {
            storage.pass();
            storage.truncate(length);
        }

        @Override
        public long allocatedLength() {
            return storage.length();
        }

        @Override
        public boolean hasZeroInit() {
            return true;
        }

        @Override
        public ChildPermissions childPermissions(
                Child child, Permissions needed, Permissions shared, boolean writable) {
            throw new IllegalStateException("a protocol has no children");
        }

        @Override
        public Prepared prepareReopen(ReopenContext context) {
            context.options().take("filename");
            return Prepared.NOTHING;
        }

        @Override
        public Optional<String> exactFilename() {
            return Optional.of("mem:" + name);
        }

        @Override
        public Options identityOptions() {
            return new Options().put("filename", name);
        }

        @Override
        public void close() {}
    }
}
