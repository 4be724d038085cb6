package io.cairn.block.filter;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

/// What a `blklogwrites` node is opened with besides its children (QMP reference manual,
/// "BlockdevOptionsBlklogwrites").
///
/// @param append the log is continued rather than begun anew
/// @param hasSectorSize the sector size was given
/// @param sectorSize the unit of the log in bytes, not checked yet
/// @param updateInterval after how many entries the superblock is written; without a sign
record BlklogwritesOptions(
        boolean append, boolean hasSectorSize, long sectorSize, long updateInterval) {
    static final String APPEND = "log-append";
    static final String SECTOR_SIZE = "log-sector-size";
    static final String UPDATE_INTERVAL = "log-super-update-interval";

    static final OptionSchema<BlklogwritesOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.bool(APPEND, "Append to an existing log"),
                            Option.size(SECTOR_SIZE, "Log sector size").withDefault("512"),
                            Option.number(UPDATE_INTERVAL, "Log superblock update interval")
                                    .withDefault("4096")),
                    BlklogwritesOptions::read);

    private static BlklogwritesOptions read(OptionReader in) throws InvalidOptionException {
        boolean hasSectorSize = in.isSet(SECTOR_SIZE);
        return new BlklogwritesOptions(
                in.bool(APPEND), hasSectorSize, in.size(SECTOR_SIZE), in.number(UPDATE_INTERVAL));
    }
}
