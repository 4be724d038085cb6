package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.CreateContext;
import io.cairn.format.luks.HeaderArea;
import io.cairn.format.luks.Luks1Creation;
import io.cairn.format.luks.LuksCreateOptions;
import io.cairn.format.luks.Passphrases;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes a new image: the structures are laid out first, as the reference tool lays them out, then
/// written, the header last.
final class Qcow2Creation {
    /// Headers in clusters up to this size go without the names of features.
    private static final int MAX_CLUSTER_WITHOUT_FEATURE_NAMES = 4096;

    /// A run of guest clusters that is allocated at once is shorter than this.
    private static final long MAX_RUN_BYTES = Integer.MAX_VALUE;

    private final CreateOptions options;
    private final Geometry geometry;
    private final long guestBytes;
    private final Qcow2Header draft;
    private final NewLayout layout;

    /// The guest clusters that are preallocated, in their order.
    private final List<Run> runs = new ArrayList<>();

    private long[] l1 = {};
    private long l1Offset;
    private long luksOffset;
    private final @Nullable Luks1Creation luks;

    /// Guest clusters and where they are allocated.
    private record Run(long guestCluster, long hostCluster, long clusters) {}

    private Qcow2Creation(CreateOptions options, boolean isExact) throws BlockException {
        this.options = options;
        this.geometry = options.geometry();
        this.guestBytes = options.guestBytes(isExact);
        LuksCreateOptions encryption = options.luks();
        this.luks = encryption == null ? null : new Luks1Creation(encryption, new SecureRandom());
        this.draft = draft();
        this.layout = new NewLayout(geometry);
    }

    /// Creates an image with the options of the context; those that are not ours go to the
    /// protocol.
    ///
    /// @throws BlockException with `EFBIG` if the disk is too large for the clusters; nothing is
    ///   made yet when an option is wrong
    static void create(CreateContext context) throws BlockException {
        Options given = new Options(context.options());
        CreateOptions options = CreateOptions.SCHEMA.read(given, Dialect.COMMAND_LINE);
        for (String key : context.options().keys()) {
            context.options().take(key);
        }
        boolean isThere = !context.makesFile();
        Child found = isThere ? context.file(given) : null;
        Qcow2Creation creation = new Qcow2Creation(options, isThere);
        byte[] passphrase = creation.passphrase(context.objects());
        try {
            creation.layOut();
            Child file = found == null ? context.file(given) : found;
            creation.write(new ImageFile(file), passphrase);
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    /// The passphrase, empty if nothing is encrypted.
    private byte[] passphrase(ObjectRegistry objects) throws BlockException {
        LuksCreateOptions encryption = options.luks();
        String aes = options.aesSecret();
        if (encryption == null && aes == null) {
            return new byte[0];
        }
        String id = encryption == null ? aes : encryption.keySecret();
        return Passphrases.require(objects, id, "encrypt.key-secret");
    }

    private Qcow2Header draft() throws BlockException {
        String backing = options.backingFile();
        if (backing != null
                && backing.getBytes(StandardCharsets.UTF_8).length
                        > Qcow2Layout.MAX_BACKING_NAME_LENGTH) {
            throw backingFailure(Errno.EINVAL);
        }
        boolean isZlib = options.compressionType() == Qcow2Layout.COMPRESSION_ZLIB;
        Features features =
                new Features(
                        isZlib ? 0 : Qcow2Layout.INCOMPATIBLE_COMPRESSION_TYPE,
                        options.lazyRefcounts() ? Qcow2Layout.COMPATIBLE_LAZY_REFCOUNTS : 0,
                        0);
        Qcow2Header header =
                new Qcow2Header(
                        options.version(),
                        geometry,
                        guestBytes,
                        luks != null
                                ? Qcow2Layout.CRYPT_LUKS
                                : options.aesSecret() != null
                                        ? Qcow2Layout.CRYPT_AES
                                        : Qcow2Layout.CRYPT_NONE,
                        backing,
                        TableLocation.NONE,
                        TableLocation.NONE,
                        TableLocation.NONE,
                        features,
                        options.compressionType(),
                        Qcow2Header.UnknownFields.NONE,
                        extensions());
        try {
            return HeaderWriter.fit(header);
        } catch (BlockException e) {
            throw backing == null ? e : backingFailure(e.errno());
        }
    }

    private BlockException backingFailure(Errno errno) {
        return BlockException.of(
                errno,
                "Could not assign backing file '"
                        + options.backingFile()
                        + "' with format '"
                        + options.backingFormat()
                        + "'");
    }

    private List<HeaderExtension> extensions() {
        List<HeaderExtension> extensions = new ArrayList<>();
        @Nullable String format = options.backingFormat();
        if (format != null) {
            extensions.add(
                    new HeaderExtension(
                            Qcow2Layout.EXTENSION_BACKING_FORMAT,
                            format.getBytes(StandardCharsets.UTF_8)));
        }
        if (luks != null) {
            // Where it is shows when all is laid out.
            extensions.add(Encryption.pointer(0, 0));
        }
        if (options.version() >= 3 && geometry.clusterSize() > MAX_CLUSTER_WITHOUT_FEATURE_NAMES) {
            extensions.add(FeatureNames.table());
        }
        return extensions;
    }

    private void layOut() throws BlockException {
        int entries = (int) geometry.l1Entries(guestBytes);
        l1 = new long[entries];
        if (entries > 0) {
            long clusters = geometry.clusters((long) entries * Long.BYTES);
            l1Offset = layout.allocate(clusters) << geometry.clusterBits();
        }
        if (luks != null) {
            long clusters = geometry.clusters(luks.headerLength());
            luksOffset = layout.allocate(clusters) << geometry.clusterBits();
        }
        switch (options.preallocation()) {
            case OFF -> {}
            case METADATA -> layOutInterleaved();
            case FALLOC, FULL -> layOutContiguous();
        }
        if (layout.end() > Qcow2Layout.MAX_HOST_OFFSET >>> geometry.clusterBits()) {
            throw new BlockException(Errno.EFBIG, Errno.EFBIG.text());
        }
    }

    private long guestClusters() {
        return geometry.clusters(guestBytes);
    }

    /// Each L2 table stands before the data that it maps.
    private void layOutInterleaved() throws BlockException {
        long left = guestClusters();
        requirePlausible(left);
        long maxRun = MAX_RUN_BYTES >>> geometry.clusterBits();
        for (int i = 0; i < l1.length; i++) {
            l1[i] = tableEntry(layout.allocate(1));
            long inTable = Math.min(left, geometry.l2Entries());
            for (long done = 0; done < inTable; ) {
                long n = Math.min(maxRun, inTable - done);
                long guest = ((long) i << geometry.l2Bits()) + done;
                runs.add(new Run(guest, layout.allocate(n), n));
                done += n;
            }
            left -= inTable;
        }
    }

    /// All data are in one run, and the L2 tables behind them; the first of these are where the
    /// refcount table was.
    private void layOutContiguous() throws BlockException {
        long data = guestClusters();
        requirePlausible(data);
        long free = layout.table().count();
        long old = layout.reserve(data + l1.length);
        if (data == 0) {
            return;
        }
        runs.add(new Run(0, layout.allocate(data), data));
        for (int i = 0; i < l1.length; i++) {
            if (i < free) {
                layout.reuse(old + i);
                l1[i] = tableEntry(old + i);
            } else {
                l1[i] = tableEntry(layout.allocate(1));
            }
        }
    }

    private void requirePlausible(long clusters) throws BlockException {
        if (clusters > Qcow2Layout.MAX_HOST_OFFSET >>> geometry.clusterBits()) {
            throw new BlockException(Errno.EFBIG, Errno.EFBIG.text());
        }
    }

    private long tableEntry(long cluster) {
        return Qcow2Layout.COPIED | cluster << geometry.clusterBits();
    }

    private void write(ImageFile file, byte[] passphrase) throws BlockException {
        makeRoom(file.child());
        if (luks != null) {
            long length = luks.headerLength();
            file.zero(luksOffset, geometry.alignUp(length));
            luks.write(new HeaderArea(file.child(), luksOffset, length), passphrase, length);
        }
        writeL2Tables(file);
        writeRefcounts(file);
        file.writeLongs(l1Offset, l1, 0, l1.length);
        writeHeader(file);
    }

    /// Gives the file its length if data are preallocated. Else what is written decides it, and a
    /// file that was there keeps the length that it has: it may be one that cannot grow again.
    private void makeRoom(Child file) throws BlockException {
        if (runs.isEmpty()) {
            return;
        }
        file.truncate(0, false, Preallocation.OFF, false);
        long end = layout.end() << geometry.clusterBits();
        try {
            if (options.preallocation() == Preallocation.METADATA) {
                file.truncate(end, false, Preallocation.OFF, false);
            } else {
                long dataStart = runs.getFirst().hostCluster << geometry.clusterBits();
                file.truncate(dataStart, false, Preallocation.OFF, false);
                growForData(file, end);
            }
        } catch (BlockException e) {
            throw e.prefixed("Could not resize image");
        }
    }

    private void growForData(Child file, long end) throws BlockException {
        try {
            file.truncate(end, false, options.preallocation(), false);
        } catch (BlockException e) {
            throw e.prefixed("Failed to resize underlying file");
        }
    }

    private void writeL2Tables(ImageFile file) throws BlockException {
        long[] table = new long[geometry.l2Entries()];
        int nextRun = 0;
        long guest = 0;
        for (long entry : l1) {
            if (entry == 0) {
                return;
            }
            long tableEnd = Math.min(guest + table.length, guestClusters());
            Arrays.fill(table, 0);
            for (long at = guest; at < tableEnd; at++) {
                Run run = runs.get(nextRun);
                table[(int) (at - guest)] = tableEntry(run.hostCluster + at - run.guestCluster);
                if (at + 1 == run.guestCluster + run.clusters) {
                    nextRun++;
                }
            }
            file.writeLongs(entry & Qcow2Layout.OFFSET_MASK, table, 0, table.length);
            guest = tableEnd;
        }
    }

    private void writeRefcounts(ImageFile file) throws BlockException {
        RefcountCodec codec = new RefcountCodec(geometry.refcountOrder());
        TableLocation location = layout.table();
        long[] table = new long[location.count() * geometry.clusterSize() / Long.BYTES];
        long[] blocks = layout.blocks();
        byte[] block = new byte[geometry.clusterSize()];
        for (int i = 0; i < blocks.length; i++) {
            if (blocks[i] != 0) {
                table[i] = blocks[i] << geometry.clusterBits();
                Arrays.fill(block, (byte) 0);
                layout.encode(i, codec, block);
                file.writeBytes(table[i], block, 0, block.length);
            }
        }
        file.writeLongs(location.offset(), table, 0, table.length);
    }

    private Qcow2Header withPointer(Qcow2Header header) {
        List<HeaderExtension> extensions = new ArrayList<>(header.extensions());
        if (luks != null) {
            HeaderExtension pointer = Encryption.pointer(luksOffset, luks.headerLength());
            extensions.replaceAll(e -> e.type() == pointer.type() ? pointer : e);
        }
        return header.withExtensions(extensions);
    }

    private void writeHeader(ImageFile file) throws BlockException {
        Qcow2Header header =
                withPointer(draft)
                        .withL1(new TableLocation(l1Offset, l1.length))
                        .withRefcountTable(layout.table());
        try (PooledBuffer pooled = BufferPool.shared().acquireZeroed(geometry.clusterSize())) {
            ByteBuffer out = pooled.buffer();
            HeaderWriter.encode(header, out);
            file.child().write(0, out, WriteFlags.NONE);
        }
    }
}
