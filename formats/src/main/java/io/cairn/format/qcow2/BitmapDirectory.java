package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.spi.BitmapInfo;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

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

    private final Geometry geometry;
    private final ByteBuffer directory;
    private final int count;

    private BitmapDirectory(Geometry geometry, byte[] directory, int count) {
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
        return open(file, header.geometry(), extension).entries();
    }

    private static BitmapDirectory open(
            ImageFile file, Geometry geometry, HeaderExtension extension) throws BlockException {
        if (extension.length() != EXTENSION_LENGTH) {
            throw corrupt("bitmaps_ext: Invalid extension length");
        }
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
        if (offset < 0 || !geometry.isAligned(offset)) {
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
        return new BitmapDirectory(geometry, load(file, offset, (int) size), (int) count);
    }

    private static byte[] load(ImageFile file, long offset, int size) throws BlockException {
        if (offset > file.length() - size) {
            throw new CorruptImageException(
                    Errno.EIO, "Failed to read bitmap directory: " + Errno.EIO.text());
        }
        byte[] bytes = new byte[size];
        try {
            file.readBytes(offset, bytes, 0, size);
        } catch (BlockException e) {
            throw e.prefixed("Failed to read bitmap directory");
        }
        return bytes;
    }

    private List<BitmapInfo> entries() throws BlockException {
        List<BitmapInfo> bitmaps = new ArrayList<>();
        int at = 0;
        while (at < directory.limit()) {
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
        int left = directory.limit() - at;
        if (left < ENTRY_LENGTH) {
            throw corrupt("Broken bitmap directory");
        }
        long extra = Integer.toUnsignedLong(directory.getInt(at + 20));
        long length = (ENTRY_LENGTH + extra + nameLength(at) + 7) & -8;
        if (length > left) {
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

    private BitmapInfo entry(int at) throws BlockException {
        byte[] text = new byte[nameLength(at)];
        directory.get(at + ENTRY_LENGTH, text);
        String name = new String(text, StandardCharsets.UTF_8);
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
        return new BitmapInfo(
                name, 1L << granularityBits, (flags & FLAG_IN_USE) != 0, (flags & FLAG_AUTO) != 0);
    }

    private static CorruptImageException corrupt(String message) {
        return new CorruptImageException(Errno.EINVAL, message);
    }
}
