package io.cairn.protocol.vvfat;

/// Where everything is on the disk: its size, the partition, and the regions of the volume in it.
///
/// Sectors have 512 bytes. The volume is, in this order: reserved sectors (boot sector), two
/// allocation tables, the root directory (FAT12, FAT16), the clusters from number 2 on (FAT
/// specification, "Boot Sector and BPB").
///
/// | | cylinders, heads, sectors | bytes | cluster |
/// |---|---|---|---|
/// | disk, FAT16 or FAT32 | 1024, 16, 63 | 528482304 | 8192, 4096 |
/// | disk, FAT12 | 64, 16, 63 | 33030144 | 8192 |
/// | floppy, FAT12 by default | 80, 2, 36 | 2949120 | 8192 |
/// | floppy, FAT12 asked for | 80, 2, 18 | 1474560 | 8192 |
/// | floppy, FAT16 | 80, 2, 36 | 2949120 | 512 |
///
/// The kind of a FAT12 or FAT16 follows from the number of its clusters, so clusters are small
/// where large ones would make a volume another kind than it says; a floppy cannot have FAT32 at
/// all.
///
/// @param type the kind of FAT
/// @param floppy no partition table, and a floppy's media byte
/// @param cylinders cylinders of the disk
/// @param heads heads of the disk
/// @param sectorsPerTrack sectors of a track
/// @param sectorsPerCluster sectors of a cluster
/// @param reservedSectors sectors before the first allocation table
/// @param rootEntries entries of the root directory, 0 for FAT32
record Geometry(
        FatType type,
        boolean floppy,
        int cylinders,
        int heads,
        int sectorsPerTrack,
        int sectorsPerCluster,
        int reservedSectors,
        int rootEntries) {
    static final int SECTOR = 512;

    /// Number of allocation tables.
    static final int TABLES = 2;

    /// The number of the first cluster.
    static final int FIRST_CLUSTER = 2;

    /// The geometry of a disk, and of a floppy of an explicit or the default kind of FAT.
    static Geometry of(FatType type, boolean floppy, boolean explicit) {
        boolean fat32 = type == FatType.FAT32;
        int reserved = fat32 ? 32 : 1;
        int rootEntries = fat32 ? 0 : 512;
        if (!floppy) {
            int cylinders = type == FatType.FAT12 ? 64 : 1024;
            int cluster = fat32 ? 8 : 16;
            return new Geometry(type, false, cylinders, 16, 63, cluster, reserved, rootEntries);
        }
        boolean is12 = type == FatType.FAT12;
        int track = is12 && explicit ? 18 : 36;
        return new Geometry(type, true, 80, 2, track, is12 ? 16 : 1, reserved, rootEntries);
    }

    /// Sectors of the whole disk.
    int diskSectors() {
        return cylinders * heads * sectorsPerTrack;
    }

    /// Bytes of the whole disk.
    long diskBytes() {
        return (long) diskSectors() * SECTOR;
    }

    /// The sector at which the volume starts.
    int volumeStart() {
        return floppy ? 0 : sectorsPerTrack;
    }

    /// Sectors of the volume.
    int volumeSectors() {
        return diskSectors() - volumeStart();
    }

    /// Sectors of one allocation table.
    int tableSectors() {
        int entries = volumeSectors() / sectorsPerCluster;
        return (int) ((type.tableBytes(entries) + SECTOR - 1) / SECTOR);
    }

    /// The sector of the disk at which the first allocation table starts.
    int tableStart() {
        return volumeStart() + reservedSectors;
    }

    /// The sector of the disk at which a FAT12's or FAT16's root directory starts.
    int rootStart() {
        return tableStart() + TABLES * tableSectors();
    }

    /// The sector of the disk at which cluster 2 starts.
    int dataStart() {
        return rootStart() + rootEntries * DirectoryFormat.ENTRY / SECTOR;
    }

    /// Bytes of a cluster.
    int clusterBytes() {
        return sectorsPerCluster * SECTOR;
    }

    /// How many clusters there are.
    int clusters() {
        return (volumeStart() + volumeSectors() - dataStart()) / sectorsPerCluster;
    }

    /// The number behind the last cluster.
    int clusterLimit() {
        return FIRST_CLUSTER + clusters();
    }

    /// The offset on the disk at which a cluster starts.
    long clusterOffset(int cluster) {
        return (long) dataStart() * SECTOR + (long) (cluster - FIRST_CLUSTER) * clusterBytes();
    }

    /// The clusters that this many bytes take.
    long clustersOf(long bytes) {
        return (bytes + clusterBytes() - 1) / clusterBytes();
    }
}
