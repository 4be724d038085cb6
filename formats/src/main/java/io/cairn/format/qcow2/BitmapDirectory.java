package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.WarningSink;
import io.cairn.block.spi.BitmapInfo;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads the directory of an image's bitmaps.
///
/// | offset | size | field of the header extension |
/// |---|---|---|
/// | 0 | 4 | nb_bitmaps |
/// | 4 | 4 | reserved |
/// | 8 | 8 | bitmap_directory_size |
/// | 16 | 8 | bitmap_directory_offset |
///
/// | offset | size | field of an entry |
/// |---|---|---|
/// | 0 | 8 | bitmap_table_offset |
/// | 8 | 4 | bitmap_table_size |
/// | 12 | 4 | flags |
/// | 16 | 1 | type |
/// | 17 | 1 | granularity_bits |
/// | 18 | 2 | name_size |
/// | 20 | 4 | extra_data_size |
/// | 24 | n | extra data, name, padding to a multiple of 8 |
final class BitmapDirectory {
    private static final int EXTENSION_LENGTH = 24;
    private static final int ENTRY_LENGTH = 24;
    private static final int FLAG_IN_USE = 1;
    private static final int FLAG_AUTO = 1 << 1;
    private static final int FLAGS_RESERVED = ~(FLAG_IN_USE | FLAG_AUTO);
    private static final int TYPE_DIRTY_TRACKING = 1;
    private static final int MIN_GRANULARITY_BITS = 9;
    private static final int MAX_GRANULARITY_BITS = 31;

    /// Bits of an entry of a bitmap table: its cluster is all ones, without having a place.
    private static final long TABLE_ALL_ONES = 1;

    private static final long TABLE_OFFSET_MASK = 0x00ff_ffff_ffff_fe00L;

    /// A bitmap, and where the table of its clusters is.
    private record Entry(BitmapInfo info, long tableOffset, int tableEntries) {}

    private final ImageFile file;
    private final Geometry geometry;
    private final ByteBuffer directory;
    private final int count;

    private BitmapDirectory(ImageFile file, Geometry geometry, byte[] directory, int count) {
        this.file = file;
        this.geometry = geometry;
        this.directory = ByteBuffer.wrap(directory);
        this.count = count;
    }

    /// The bitmaps of an image, none if someone who did not know of them has written to it.
    static List<BitmapInfo> read(ImageFile file, Qcow2Header header) throws BlockException {
        @Nullable HeaderExtension extension = header.extension(Qcow2Layout.EXTENSION_BITMAPS);
        if (extension == null || !header.features().hasBitmaps()) {
            return List.of();
        }
        List<BitmapInfo> bitmaps = new ArrayList<>();
        for (Entry entry : open(file, header.geometry(), extension).entries()) {
            bitmaps.add(entry.info());
        }
        return bitmaps;
    }

    /// Checks on opening an image that its bitmaps can be read.
    ///
    /// @param warnings told if someone who did not know of them has written to the image
    static void requireReadable(ImageFile file, Qcow2Header header, WarningSink warnings)
            throws BlockException {
        @Nullable HeaderExtension extension = header.extension(Qcow2Layout.EXTENSION_BITMAPS);
        if (extension == null) {
            return;
        }
        if (header.features().hasBitmaps()) {
            open(file, header.geometry(), extension).requireReadable(header.size());
            return;
        }
        requireLength(extension);
        warnings.warn(
                "warning: a program lacking bitmap support modified this file, so all bitmaps are"
                    + " now considered inconsistent\n"
                    + "Some clusters may be leaked, run 'qemu-img check -r' on the image file to"
                    + " fix.");
    }

    private static void requireLength(HeaderExtension extension) throws BlockException {
        if (extension.length() != EXTENSION_LENGTH) {
            throw corrupt("bitmaps_ext: Invalid extension length");
        }
    }

    private static BitmapDirectory open(
            ImageFile file, Geometry geometry, HeaderExtension extension) throws BlockException {
        requireLength(extension);
        ByteBuffer fields = extension.data();
        long count = Integer.toUnsignedLong(fields.getInt(0));
        long size = fields.getLong(8);
        long offset = fields.getLong(16);
        if (fields.getInt(4) != 0) {
            throw corrupt("bitmaps_ext: Reserved field is not zero");
        }
        if (count > Qcow2Layout.MAX_BITMAPS) {
            throw corrupt(
                    "bitmaps_ext: Image has "
                            + count
                            + " bitmaps, exceeding the QEMU supported maximum of "
                            + Qcow2Layout.MAX_BITMAPS);
        }
        if (count == 0) {
            throw corrupt("found bitmaps extension with zero bitmaps");
        }
        if (!geometry.isAligned(offset)) {
            throw corrupt("bitmaps_ext: invalid bitmap directory offset");
        }
        if (Long.compareUnsigned(size, Qcow2Layout.MAX_BITMAP_DIRECTORY_BYTES) > 0) {
            throw corrupt(
                    "bitmaps_ext: bitmap directory size ("
                            + Long.toUnsignedString(size)
                            + ") exceeds the maximum supported size ("
                            + Qcow2Layout.MAX_BITMAP_DIRECTORY_BYTES
                            + ")");
        }
        if (size == 0) {
            throw corrupt("Requested bitmap directory size is zero");
        }
        return new BitmapDirectory(file, geometry, load(file, offset, (int) size), (int) count);
    }

    /// Reads the directory; behind the file's end there are zeroes, of which one entry tells
    /// enough.
    private static byte[] load(ImageFile file, long offset, int size) throws BlockException {
        if (offset < 0) {
            throw new CorruptImageException(
                    Errno.EIO, "Failed to read bitmap directory: " + Errno.EIO.text());
        }
        long present = Math.min(size, file.length() - Math.min(file.length(), offset));
        byte[] bytes = new byte[(int) Math.min(size, present + ENTRY_LENGTH)];
        try {
            file.readBytes(offset, bytes, 0, (int) present);
        } catch (BlockException e) {
            throw e.prefixed("Failed to read bitmap directory");
        }
        return bytes;
    }

    private List<Entry> entries() throws BlockException {
        List<Entry> bitmaps = new ArrayList<>();
        int at = 0;
        while (at < directory.limit()) {
            if (directory.limit() - at < ENTRY_LENGTH) {
                throw corrupt("Broken bitmap directory");
            }
            if (bitmaps.size() == count) {
                throw corrupt("More bitmaps found than specified in header extension");
            }
            int length = entryLength(at);
            bitmaps.add(entry(at));
            at += length;
        }
        if (bitmaps.size() < count) {
            throw corrupt("Less bitmaps found than specified in header extension");
        }
        return List.copyOf(bitmaps);
    }

    private int entryLength(int at) throws BlockException {
        long extra = Integer.toUnsignedLong(directory.getInt(at + 20));
        long length = (ENTRY_LENGTH + extra + nameLength(at) + 7) & -8;
        if (length > directory.limit() - at) {
            throw corrupt("Broken bitmap directory");
        }
        if (extra != 0) {
            throw corrupt("Bitmap extra data is not supported");
        }
        return (int) length;
    }

    private int nameLength(int at) {
        return Short.toUnsignedInt(directory.getShort(at + 18));
    }

    /// The text up to a zero byte.
    private static String name(byte[] text) {
        int length = 0;
        while (length < text.length && text[length] != 0) {
            length++;
        }
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }

    private Entry entry(int at) throws BlockException {
        byte[] text = new byte[nameLength(at)];
        directory.get(at + ENTRY_LENGTH, text);
        String name = name(text);
        long tableOffset = directory.getLong(at);
        long tableEntries = Integer.toUnsignedLong(directory.getInt(at + 8));
        int flags = directory.getInt(at + 12);
        int granularityBits = directory.get(at + 17);
        boolean isSound =
                tableOffset > 0
                        && geometry.isAligned(tableOffset)
                        && tableEntries > 0
                        && tableEntries <= Qcow2Layout.MAX_BITMAP_TABLE_ENTRIES
                        && (flags & FLAGS_RESERVED) == 0
                        && directory.get(at + 16) == TYPE_DIRTY_TRACKING
                        && granularityBits >= MIN_GRANULARITY_BITS
                        && granularityBits <= MAX_GRANULARITY_BITS
                        && text.length > 0
                        && text.length <= Qcow2Layout.MAX_BITMAP_NAME_LENGTH;
        if (!isSound) {
            throw corrupt("Bitmap '" + name + "' doesn't satisfy the constraints");
        }
        BitmapInfo info =
                new BitmapInfo(
                        name,
                        1L << granularityBits,
                        (flags & FLAG_IN_USE) != 0,
                        (flags & FLAG_AUTO) != 0);
        return new Entry(info, tableOffset, (int) tableEntries);
    }

    // ---- what is in the bitmaps

    private void requireReadable(long guestLength) throws BlockException {
        Set<String> names = new HashSet<>();
        for (Entry entry : entries()) {
            String name = entry.info().name();
            if (!entry.info().inUse()) {
                requireTable(entry);
                if (entry.tableEntries() != clusters(entry.info(), guestLength)) {
                    throw corrupt(
                            "Could not read bitmap '"
                                    + name
                                    + "' from image: "
                                    + Errno.EINVAL.text());
                }
            }
            if (!names.add(name)) {
                throw corrupt("Bitmap already exists: " + name);
            }
        }
    }

    /// The clusters of a bitmap's bits, one for each unit of its granularity.
    private long clusters(BitmapInfo bitmap, long guestLength) {
        long bits = Math.ceilDiv(guestLength, bitmap.granularity());
        return geometry.clusters(Math.ceilDiv(bits, Byte.SIZE));
    }

    /// Checks the table of a bitmap; behind the file's end there are entries of zero.
    private void requireTable(Entry entry) throws BlockException {
        String failure =
                "Could not read bitmap_table table from image for bitmap '"
                        + entry.info().name()
                        + "'";
        long[] piece = new long[Math.min(entry.tableEntries(), geometry.l2Entries())];
        long inFile = Math.max(0, (file.length() - entry.tableOffset()) / Long.BYTES);
        int present = (int) Math.min(entry.tableEntries(), inFile);
        for (int done = 0; done < present; done += piece.length) {
            int n = Math.min(piece.length, present - done);
            try {
                file.readLongs(entry.tableOffset() + (long) done * Long.BYTES, piece, 0, n);
            } catch (BlockException e) {
                throw e.prefixed(failure);
            }
            for (int i = 0; i < n; i++) {
                if (!isSound(piece[i])) {
                    throw corrupt(failure + ": " + Errno.EINVAL.text());
                }
            }
        }
    }

    private boolean isSound(long tableEntry) {
        long offset = tableEntry & TABLE_OFFSET_MASK;
        boolean isKnown =
                (tableEntry & ~(TABLE_OFFSET_MASK | TABLE_ALL_ONES)) == 0
                        && (offset == 0 || (tableEntry & TABLE_ALL_ONES) == 0);
        return isKnown && geometry.isAligned(offset);
    }

    private static CorruptImageException corrupt(String message) {
        return new CorruptImageException(Errno.EINVAL, message);
    }
}
