package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Preallocation;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BitmapInfo;
import io.cairn.block.spi.Measure;
import io.cairn.block.spi.MeasureContext;
import io.cairn.block.spi.MeasureSource;
import io.cairn.format.luks.Luks1Creation;
import io.cairn.format.luks.LuksCreateOptions;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// How large the file of a new image would be: its metadata, and a host cluster for each guest
/// cluster with data.
///
/// @param size guest bytes
/// @param isVersion3 whether the image could hold bitmaps
/// @param geometry cluster size and refcount width
/// @param entryLength bytes of an L2 entry
/// @param isFull whether all guest clusters are allocated from the start
/// @param hasBacking whether zeroes would have to be written out
/// @param luks how a LUKS header would be made, null without
record Qcow2Measure(
        long size,
        boolean isVersion3,
        Geometry geometry,
        int entryLength,
        boolean isFull,
        boolean hasBacking,
        @Nullable LuksCreateOptions luks) {
    private static final long SECTOR = 512;
    private static final int MIN_EXTENDED_L2_CLUSTER_SIZE = 16384;
    private static final int BITMAP_ENTRY_LENGTH = 24;

    private static final OptionSchema<Qcow2Measure> SCHEMA =
            OptionSchema.of(CreateOptions.SCHEMA.list(), Qcow2Measure::read);

    static Measure measure(MeasureContext context) throws BlockException {
        Options options = new Options(context.options());
        MeasureSource source = context.source().orElse(null);
        if (source != null) {
            options.put("size", Long.toString(source.length()));
        }
        Qcow2Measure image = SCHEMA.read(options, Dialect.COMMAND_LINE);
        long metadata = image.metadataBytes();
        if (image.luks != null) {
            image.luks.requireUsable(context.objects(), "encrypt.key-secret");
            metadata += image.geometry.alignUp(Luks1Creation.headerLength(image.luks.spec()));
        }
        long full = metadata + image.geometry.alignUp(image.size);
        if (source == null) {
            return new Measure(image.isFull ? full : metadata, full, -1);
        }
        long required =
                image.isFull || image.hasBacking ? full : metadata + image.dataBytes(source);
        return new Measure(required, full, image.bitmapBytes(source.persistentBitmaps()));
    }

    private static Qcow2Measure read(OptionReader in) throws InvalidOptionException {
        int clusterBits = CreateOptions.readClusterBits(in);
        boolean isVersion3 = isVersion3(in.string("compat"));
        int refcountOrder = CreateOptions.readRefcountOrder(in);
        if (!isVersion3 && refcountOrder != Qcow2Layout.DEFAULT_REFCOUNT_ORDER) {
            throw new InvalidOptionException(
                    "Different refcount widths than 16 bits require compatibility level 1.1 or"
                            + " above (use compat=1.1 or greater)");
        }
        Preallocation preallocation = preallocation(in.string("preallocation"));
        boolean isExtended = in.bool("extended_l2");
        if (isExtended && 1 << clusterBits < MIN_EXTENDED_L2_CLUSTER_SIZE) {
            throw new InvalidOptionException(
                    "Extended L2 entries are only supported with cluster sizes of at least "
                            + MIN_EXTENDED_L2_CLUSTER_SIZE
                            + " bytes");
        }
        Qcow2Measure image =
                new Qcow2Measure(
                        (in.size("size") + SECTOR - 1) & -SECTOR,
                        isVersion3,
                        new Geometry(clusterBits, refcountOrder),
                        isExtended ? 2 * Long.BYTES : Long.BYTES,
                        preallocation == Preallocation.FULL
                                || preallocation == Preallocation.FALLOC,
                        in.isSet("backing_file"),
                        readLuks(in));
        if (image.l1Entries() > Qcow2Layout.MAX_L1_BYTES / Long.BYTES) {
            throw new InvalidOptionException(
                    "The image size is too large (try using a larger cluster size)");
        }
        return image;
    }

    private static @Nullable LuksCreateOptions readLuks(OptionReader in)
            throws InvalidOptionException {
        String format = CreateOptions.readEncryption(in);
        Options encrypt = in.sub("encrypt");
        if (format == null || !format.equals("luks")) {
            return null;
        }
        encrypt.takeText("format");
        return LuksCreateOptions.SCHEMA.read(encrypt, in.dialect());
    }

    private static boolean isVersion3(@Nullable String compat) throws InvalidOptionException {
        if (compat == null || compat.equals("1.1") || compat.equals("v3")) {
            return true;
        }
        if (compat.equals("0.10") || compat.equals("v2")) {
            return false;
        }
        throw new InvalidOptionException("Invalid compatibility level: '" + compat + "'");
    }

    private static Preallocation preallocation(@Nullable String name)
            throws InvalidOptionException {
        if (name == null) {
            return Preallocation.OFF;
        }
        for (Preallocation mode : Preallocation.values()) {
            if (mode.text().equals(name)) {
                return mode;
            }
        }
        throw new InvalidOptionException("invalid parameter value: " + name);
    }

    private static long divideUp(long dividend, long divisor) {
        return dividend / divisor + (dividend % divisor == 0 ? 0 : 1);
    }

    private long l2Clusters() {
        return divideUp(geometry.clusters(size), geometry.clusterSize() / entryLength);
    }

    private long l1Entries() {
        return l2Clusters();
    }

    /// Header, L1 and L2 tables for the whole disk, and refcounts for all clusters.
    private long metadataBytes() {
        long l1Clusters = geometry.clusters(l1Entries() * Long.BYTES);
        long counted = 1 + l1Clusters + l2Clusters() + geometry.clusters(size);
        long blocks = 0;
        long tableClusters = 0;
        long before;
        do {
            before = blocks + tableClusters;
            blocks = divideUp(counted + before, geometry.refblockEntries());
            tableClusters = geometry.clusters(blocks * Long.BYTES);
        } while (blocks + tableClusters != before);
        return (1 + l1Clusters + l2Clusters() + blocks + tableClusters) * geometry.clusterSize();
    }

    /// The clusters that hold any data of the source.
    private long dataBytes(MeasureSource source) throws BlockException {
        long bytes = 0;
        long offset = 0;
        while (offset < size) {
            BlockStatus status = source.status(offset, size - offset);
            long end = offset + status.length();
            if (!status.zero()) {
                end = Math.min(geometry.alignUp(end), geometry.alignUp(size));
                bytes += end - geometry.alignDown(offset);
            }
            offset = end;
        }
        return bytes;
    }

    /// Directory, tables and data of the bitmaps; -1 if the source's format or ours keeps none.
    private long bitmapBytes(Optional<List<BitmapInfo>> bitmaps) {
        if (!isVersion3 || bitmaps.isEmpty()) {
            return -1;
        }
        long bytes = 0;
        long directory = 0;
        for (BitmapInfo bitmap : bitmaps.get()) {
            if (bitmap.inUse()) {
                continue;
            }
            long clusters =
                    geometry.clusters(divideUp(divideUp(size, bitmap.granularity()), Byte.SIZE));
            bytes += clusters * geometry.clusterSize();
            bytes += geometry.alignUp(clusters * Long.BYTES);
            int name = bitmap.name().getBytes(StandardCharsets.UTF_8).length;
            directory += (BITMAP_ENTRY_LENGTH + name + 7) & -8;
        }
        return bytes + geometry.alignUp(directory);
    }
}
