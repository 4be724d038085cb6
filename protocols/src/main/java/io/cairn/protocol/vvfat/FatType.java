package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

/// The three kinds of FAT, told apart by the bits of an entry in the allocation table (FAT
/// specification, "FAT Data Structure").
enum FatType {
    FAT12(12, 0xff8, "FAT12   "),
    FAT16(16, 0xfff8, "FAT16   "),
    FAT32(32, 0x0ffffff8, "FAT32   ");

    private final int bits;
    private final int endOfChain;
    private final String label;

    FatType(int bits, int endOfChain, String label) {
        this.bits = bits;
        this.endOfChain = endOfChain;
        this.label = label;
    }

    /// Bits of an entry.
    int bits() {
        return bits;
    }

    /// The least value that ends a chain; the value that we write is 7 more.
    int endOfChain() {
        return endOfChain;
    }

    /// The value that marks a cluster as broken.
    int bad() {
        return endOfChain - 1;
    }

    /// `BS_FilSysType`, eight characters.
    String label() {
        return label;
    }

    /// The bits that an entry's value has; FAT32 reserves the upper four.
    int mask() {
        return endOfChain | 7;
    }

    /// Bytes that this many entries take.
    long tableBytes(long entries) {
        return (entries * bits + 7) / 8;
    }

    /// The entry of a cluster in an allocation table.
    int get(byte[] table, int cluster) {
        return switch (this) {
            case FAT12 -> {
                int at = cluster + cluster / 2;
                int pair = (table[at] & 0xff) | (table[at + 1] & 0xff) << 8;
                yield (cluster & 1) == 0 ? pair & 0xfff : pair >> 4;
            }
            case FAT16 -> Little.get16(table, 2 * cluster);
            case FAT32 -> Little.get32(table, 4 * cluster) & mask();
        };
    }

    /// Sets the entry of a cluster in an allocation table.
    void set(byte[] table, int cluster, int value) {
        switch (this) {
            case FAT12 -> {
                int at = cluster + cluster / 2;
                int pair = (table[at] & 0xff) | (table[at + 1] & 0xff) << 8;
                int both =
                        (cluster & 1) == 0 ? (pair & 0xf000) | value : (pair & 0x000f) | value << 4;
                Little.put16(table, at, both);
            }
            case FAT16 -> Little.put16(table, 2 * cluster, value);
            case FAT32 -> Little.put32(table, 4 * cluster, value);
        }
    }

    /// The kind with this number.
    static FatType of(long bits) throws BlockException {
        for (FatType type : values()) {
            if (type.bits == bits) {
                return type;
            }
        }
        throw new BlockException(Errno.EINVAL, "Valid FAT types are only 12, 16 and 32");
    }
}
