package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.CreateContext;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.Set;

/// Disks that an NBD server exports.
public final class NbdDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "nbd";

    private static final Set<String> PREFIXES =
            Set.of(NAME, "nbd+tcp", "nbd+unix", "nbds", "nbds+unix");
    private static final int SECTOR = 512;

    private static final OptionSchema<Long> CREATE_SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.size("size", "Virtual disk size"),
                            Option.choice(
                                    "preallocation",
                                    "Preallocation mode (allowed values: off)",
                                    "off",
                                    "metadata",
                                    "falloc",
                                    "full")),
                    NbdDriver::readSize);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public OptionSchema<?> openSchema() {
        return NbdOptions.SCHEMA;
    }

    @Override
    public Set<String> filenamePrefixes() {
        return PREFIXES;
    }

    /// Whether filenames with this prefix are for this driver.
    public static boolean hasPrefix(String prefix) {
        return PREFIXES.contains(prefix);
    }

    @Override
    public void parseFilename(String filename, Options into) throws BlockException {
        NbdFilename.parse(filename, into);
    }

    // ---- opening

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Options given = new Options(context.options());
        NbdInstance instance = open(context.options(), given, context.objects());
        try {
            if (instance.isReadOnly()) {
                context.downgradeToReadOnly("Could not open image: Permission denied");
            }
            return instance;
        } catch (BlockException e) {
            instance.close();
            throw e;
        }
    }

    private static NbdInstance open(Options taken, Options identity, ObjectRegistry objects)
            throws BlockException {
        NbdOptions options = NbdOptions.read(taken);
        SocketEndpoint endpoint = NbdOptions.takeServer(taken);
        TlsCredentials tls = credentials(options.tlsCreds(), objects);
        if (tls == null) {
            // Without TLS there is nobody to be named.
            options = options.withoutTlsHostname();
        }
        NbdLinks links = NbdLinks.open(endpoint, options, tls);
        identity.take("reconnect-delay");
        identity.take("open-timeout");
        identity.take("connections");
        return new NbdInstance(links, endpoint, options, identity);
    }

    private static @Nullable TlsCredentials credentials(@Nullable String id, ObjectRegistry objects)
            throws BlockException {
        if (id == null) {
            return null;
        }
        ObjectRegistry.UserObject object =
                objects.find(id)
                        .orElseThrow(() ->
                                new InvalidOptionException(
                                        "No TLS credentials with id '" + id + "'"));
        if (!(object instanceof TlsCredentials credentials)) {
            throw new InvalidOptionException("Object with id '" + id + "' is not TLS credentials");
        }
        if (credentials.isServer()) {
            throw new InvalidOptionException("Expected TLS credentials for a client endpoint");
        }
        return credentials;
    }

    // ---- creating

    private static long readSize(OptionReader in) throws InvalidOptionException {
        String mode = in.string("preallocation");
        if (mode != null && !mode.equals("off")) {
            throw new InvalidOptionException("Unsupported preallocation mode '" + mode + "'");
        }
        return in.size("size");
    }

    @Override
    public Optional<OptionSchema<?>> createSchema() {
        return Optional.of(CREATE_SCHEMA);
    }

    /// The server's disk is there already: it must be long enough, and its first sector, by which
    /// formats are known, is cleared.
    @Override
    public void create(CreateContext context) throws BlockException {
        long size = CREATE_SCHEMA.read(context.options(), Dialect.COMMAND_LINE);
        Options options = new Options();
        parseFilename(context.filename(), options);
        NbdInstance instance;
        try {
            instance = open(options, new Options(), context.objects());
        } catch (BlockException e) {
            throw e.prefixed(
                    "Protocol driver 'nbd' does not support image creation, and opening the image"
                            + " failed");
        }
        try {
            instance.truncate(size, false, Preallocation.OFF, false);
            if (instance.isReadOnly()) {
                throw new BlockException(
                        Errno.EACCES, "request on write denied without write permission");
            }
            clearHead(instance);
        } finally {
            instance.close();
        }
    }

    private static void clearHead(NbdInstance instance) throws BlockException {
        int count = (int) Math.min(SECTOR, instance.length());
        try (PooledBuffer zeroes = BufferPool.shared().acquireZeroed(SECTOR)) {
            instance.write(0, zeroes.buffer().limit(count), WriteFlags.NONE);
        } catch (BlockException e) {
            throw e.prefixed("Failed to clear the new image's first sector");
        }
    }
}
