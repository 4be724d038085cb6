package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.spi.BitmapInfo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The directory of persistent bitmaps (qcow2 specification, "Bitmap directory"): entries one
/// behind the other, each aligned to 8 bytes.
///
/// | offset | size | field of an entry |
/// |---|---|---|
/// | 0 | 8 | offset of the bitmap table |
/// | 8 | 4 | entries of the bitmap table |
/// | 12 | 4 | flags |
/// | 16 | 1 | type |
/// | 17 | 1 | log2 of the granularity |
/// | 18 | 2 | length of the name |
/// | 20 | 4 | length of the extra data |
/// | 24 | n | extra data and name |
final class BitmapDirectory {
    private static final int ENTRY_LENGTH = 24;
    private static final int EXTENSION_LENGTH = 24;
    private static final int MAX_GRANULARITY_BITS = 31;
    private static final int FLAG_IN_USE = 1;
    private static final int FLAG_AUTO = 1 << 1;

    private BitmapDirectory() {}

    /// Reads the bitmaps that the header tells of; none if the image was written by someone who
    /// does not keep them.
    static List<BitmapInfo> read(ImageFile file, Qcow2Header header) throws BlockException {
        HeaderExtension extension = header.extension(Qcow2Layout.EXTENSION_BITMAPS);
        if (extension == null || !header.features().hasBitmaps()) {
            return List.of();
        }
        ByteBuffer data = extension.data();
        if (data.remaining() != EXTENSION_LENGTH) {
            throw damaged();
        }
        int count = data.getInt(0);
        long length = data.getLong(8);
        if (count < 0
                || count > Qcow2Layout.MAX_BITMAPS
                || length <= 0
                || length > Qcow2Layout.MAX_BITMAP_DIRECTORY_BYTES
                || length > file.length()) {
            throw damaged();
        }
        byte[] directory = new byte[(int) length];
        file.readBytes(data.getLong(16), directory, 0, directory.length);
        return entries(ByteBuffer.wrap(directory), count);
    }

    private static List<BitmapInfo> entries(ByteBuffer directory, int count)
            throws CorruptImageException {
        List<BitmapInfo> entries = new ArrayList<>();
        int position = 0;
        for (int i = 0; i < count; i++) {
            if (directory.limit() - position < ENTRY_LENGTH) {
                throw damaged();
            }
            int granularityBits = directory.get(position + 17);
            int nameLength = Short.toUnsignedInt(directory.getShort(position + 18));
            long extraLength = Integer.toUnsignedLong(directory.getInt(position + 20));
            long end = position + ENTRY_LENGTH + extraLength + nameLength;
            if (end > directory.limit()
                    || granularityBits < 0
                    || granularityBits > MAX_GRANULARITY_BITS) {
                throw damaged();
            }
            String name =
                    StandardCharsets.UTF_8
                            .decode(directory.slice((int) end - nameLength, nameLength))
                            .toString();
            int flags = directory.getInt(position + 12);
            entries.add(
                    new BitmapInfo(
                            name,
                            1L << granularityBits,
                            (flags & FLAG_IN_USE) != 0,
                            (flags & FLAG_AUTO) != 0));
            position = ((int) end + 7) & -8;
        }
        return entries;
    }

    private static CorruptImageException damaged() {
        return new CorruptImageException(Errno.EINVAL, "Broken bitmap directory");
    }
}
