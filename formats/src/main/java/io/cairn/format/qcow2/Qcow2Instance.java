package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Limits;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Amendable;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.BitmapInfo;
import io.cairn.block.spi.CheckRequest;
import io.cairn.block.spi.CheckResult;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.OpenContext;
import io.cairn.block.spi.Pin;
import io.cairn.block.spi.PlannedWrites;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;
import io.cairn.block.spi.SnapshotInfo;
import io.cairn.block.spi.WritePlan;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// An open qcow2 node.
final class Qcow2Instance extends DriverInstance implements PlannedWrites, Amendable {
    private static final int SECTOR = 512;

    private final Qcow2Image image;
    private final ObjectRegistry objects;
    private final ClusterMapper mapper;
    private final WritePlanner planner;
    private final Zeroing zeroing;
    private final CompressedClusters compressed;
    private final @Nullable EncryptedClusters encrypted;
    private final VmState vmState;
    private final Resizing resizing;
    private final Options identity;

    private Qcow2Instance(Qcow2Image image, OpenContext context, Options identity) {
        this.image = image;
        this.identity = identity;
        this.objects = context.objects();
        this.mapper = new ClusterMapper(image);
        this.planner = new WritePlanner(image);
        this.zeroing = new Zeroing(image, context.backing());
        this.compressed = new CompressedClusters(image, planner);
        Encryption encryption = image.encryption();
        this.encrypted =
                encryption == null
                        ? null
                        : new EncryptedClusters(image, encryption, mapper, compressed);
        this.vmState = new VmState(image, mapper, planner, compressed);
        this.resizing = new Resizing(image, zeroing);
    }

    static Qcow2Instance open(
            OpenContext context,
            Child file,
            Qcow2Header header,
            RuntimeOptions options,
            @Nullable Encryption encryption,
            Options identity)
            throws BlockException {
        BitmapDirectory.requireReadable(new ImageFile(file), header, context::warn);
        Qcow2Image image = Qcow2Image.open(context, file, header, options, encryption);
        return new Qcow2Instance(image, context, identity);
    }

    @Override
    public Options identityOptions() {
        return new Options(identity);
    }

    /// What is open.
    Qcow2Image image() {
        return image;
    }

    @Override
    public long length() {
        return image.header().size() & -SECTOR;
    }

    @Override
    public Limits limits(Limits inherited) {
        int clusterSize = image.geometry().clusterSize();
        Limits limits = encrypted == null ? Limits.NONE : Limits.NONE.withRequestAlignment(SECTOR);
        return limits.withZeroes(clusterSize, 0).withDiscard(clusterSize, 0);
    }

    // ---- reading

    @Override
    public Pin pin() {
        return image.pin();
    }

    @Override
    public Mapping map(long offset, long length) throws BlockException {
        image.lock();
        try {
            image.corruption().requireUsable();
            return mapper.map(offset, length, false);
        } finally {
            image.unlock();
        }
    }

    @Override
    public Mapping mapForStatus(long offset, long length, boolean wantZero) throws BlockException {
        boolean mayBeZero = wantZero && image.isPreallocated();
        image.lock();
        try {
            image.corruption().requireUsable();
            Mapping mapping = mapper.map(offset, length, mayBeZero);
            // Where encrypted data are is of no use to who asks.
            return encrypted != null && mapping instanceof Mapping.Transformed t
                    ? new Mapping.Transformed(t.child(), -1, t.length(), t.compressed())
                    : mapping;
        } finally {
            image.unlock();
        }
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        if (encrypted != null) {
            encrypted.read(offset, dst);
        } else {
            compressed.read(offset, dst);
        }
    }

    // ---- writing

    @Override
    public WritePlan planWrite(long offset, long length) throws BlockException {
        return planner.plan(offset, length);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) {
        throw new IllegalStateException("writes are planned");
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        return zeroing.writeZeroes(offset, length, flags.mayUnmap());
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        zeroing.discard(offset, length);
    }

    @Override
    public boolean supportsCompressedWrites() {
        return true;
    }

    @Override
    public void writeCompressed(long offset, ByteBuffer src) throws BlockException {
        compressed.write(offset, src);
    }

    @Override
    public int pack(ByteBuffer src, ByteBuffer packed) throws BlockException {
        return compressed.pack(src, packed);
    }

    @Override
    public void writePacked(long offset, int length, ByteBuffer packed) throws BlockException {
        compressed.writePacked(offset, packed);
    }

    @Override
    public void flushCaches() throws BlockException {
        image.lock();
        try {
            if (image.isWritable() && image.writer().hasWork()) {
                image.writer().sync();
            }
        } finally {
            image.unlock();
        }
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        resizing.resize(length, preallocation, zeroNew);
    }

    @Override
    public boolean hasZeroInit() {
        return encrypted == null || !image.isPreallocated();
    }

    // ---- the rest

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return ChildPermissions.ofFormat(child.roles(), needed, shared, writable);
    }

    @Override
    public Optional<BackingReference> backingReference() {
        return Optional.ofNullable(image.header().backing());
    }

    @Override
    public FormatInfo info() throws BlockException {
        return Qcow2Info.of(image);
    }

    @Override
    public List<SnapshotInfo> snapshots() {
        return image.snapshots().snapshots();
    }

    @Override
    public Optional<List<BitmapInfo>> persistentBitmaps() throws BlockException {
        return image.header().isVersion3()
                ? Optional.of(BitmapDirectory.read(image.file(), image.header()))
                : Optional.empty();
    }

    @Override
    public boolean supportsCheck() {
        return true;
    }

    @Override
    public CheckResult check(CheckRequest request) throws BlockException {
        return image.check(request);
    }

    @Override
    public void readVmState(long offset, ByteBuffer dst) throws BlockException {
        requirePlainVmState();
        vmState.read(offset, dst);
    }

    @Override
    public void writeVmState(long offset, ByteBuffer src) throws BlockException {
        requirePlainVmState();
        vmState.write(offset, src);
    }

    @Override
    public void amend(Options options, boolean force) throws BlockException {
        Options encrypt = options.takeSub(Qcow2Driver.ENCRYPT);
        for (String name : options.keys()) {
            throw new InvalidOptionException("Changing the option '" + name + "' is not supported");
        }
        Encryption encryption = image.encryption();
        if (encryption == null) {
            throw new InvalidOptionException(
                    "Can't amend encryption options - encryption not present");
        }
        encryption.amend(encrypt, force, objects);
    }

    private void requirePlainVmState() throws BlockException {
        if (encrypted != null) {
            throw new BlockException(
                    Errno.ENOTSUP, "Machine state in encrypted images is not supported");
        }
    }

    @Override
    public void changeBackingReference(@Nullable BackingReference reference) throws BlockException {
        image.changeBacking(reference);
    }

    @Override
    public boolean supportsMakeEmpty() {
        return true;
    }

    @Override
    public void makeEmpty() throws BlockException {
        resizing.makeEmpty();
    }

    @Override
    public void forgetReplaced(Options old, Options given) {
        RuntimeOptions.forgetReplaced(old, given);
    }

    @Override
    public Set<String> resettableOptions() {
        return RuntimeOptions.SCHEMA.list().options().stream()
                .map(Option::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Prepared prepareReopen(ReopenContext context) throws BlockException {
        context.options().takeSub(Qcow2Driver.ENCRYPT);
        RuntimeOptions options = RuntimeOptions.SCHEMA.read(context.options(), Dialect.NODE);
        return image.prepareReopen(options, context.flags());
    }

    @Override
    public void close() throws BlockException {
        try {
            image.close();
        } finally {
            compressed.close();
            Encryption encryption = image.encryption();
            if (encryption != null) {
                encryption.close();
            }
        }
    }
}
