package io.cairn.format.raw;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

/// What a raw node is opened with (QMP reference manual, "BlockdevOptionsRaw").
///
/// @param offset where in the file the disk begins, read without a sign
/// @param hasSize whether the disk's length is fixed
/// @param size the fixed length in bytes, read without a sign; 0 without one
record RawOptions(long offset, boolean hasSize, long size) {
    static final String OFFSET = "offset";
    static final String SIZE = "size";

    static final OptionSchema<RawOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.size(OFFSET, "offset in the disk where the image starts")
                                    .withDefault("0"),
                            Option.size(SIZE, "virtual disk size")),
                    RawOptions::read);

    private static RawOptions read(OptionReader in) throws InvalidOptionException {
        boolean hasSize = in.isSet(SIZE);
        return new RawOptions(in.size(OFFSET), hasSize, in.size(SIZE));
    }

    /// True if the disk is not simply the whole file.
    boolean isWindow() {
        return offset != 0 || hasSize;
    }

    /// Checks the window against the length of the file, which is a multiple of 512.
    void requireInside(long fileLength) throws InvalidOptionException {
        if (Long.compareUnsigned(offset, fileLength) > 0) {
            throw new InvalidOptionException(
                    "Offset ("
                            + Long.toUnsignedString(offset)
                            + ") cannot be greater than size of the containing file ("
                            + fileLength
                            + ")");
        }
        if (hasSize && Long.compareUnsigned(size, fileLength - offset) > 0) {
            throw new InvalidOptionException(
                    "The sum of offset ("
                            + offset
                            + ") and size ("
                            + Long.toUnsignedString(size)
                            + ") has to be smaller or equal to the  actual size of the containing"
                            + " file ("
                            + fileLength
                            + ")");
        }
        if (hasSize && size % 512 != 0) {
            throw new InvalidOptionException("Specified size is not multiple of 512");
        }
    }
}
