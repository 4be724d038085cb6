package io.cairn.block.filter;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

/// What a `preallocate` node is opened with (QMP reference manual, "BlockdevOptionsPreallocate").
///
/// @param align the file's end is preallocated up to a multiple of this, a multiple of 512
/// @param size how much is preallocated behind a write beyond the file's end
record PreallocateOptions(long align, long size) {
    static final OptionSchema<PreallocateOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.size(
                                            "prealloc-align",
                                            "on preallocation, align file length to this number")
                                    .withDefault("1M"),
                            Option.size("prealloc-size", "how much to preallocate")
                                    .withDefault("128M")),
                    PreallocateOptions::read);

    private static final int SECTOR = 512;

    private static PreallocateOptions read(OptionReader in) throws InvalidOptionException {
        long align = in.size("prealloc-align");
        if (align % SECTOR != 0) {
            throw new InvalidOptionException(
                    "prealloc-align parameter of preallocate filter is not aligned to " + SECTOR);
        }
        return new PreallocateOptions(align, in.size("prealloc-size"));
    }

    /// Where the file should end once a write has moved the end of its data; that end itself if
    /// nothing sensible lies behind it.
    long newEnd(long dataEnd) {
        long unit = Math.max(SECTOR, align);
        if (size < 0 || unit < 0 || dataEnd > Long.MAX_VALUE - size - unit) {
            return dataEnd;
        }
        long wanted = dataEnd + size;
        long rest = wanted % unit;
        return rest == 0 ? wanted : wanted + unit - rest;
    }
}
