package io.cairn.protocol.vvfat;

/// The master boot record and the reserved sectors of the volume (FAT specification, "Boot Sector
/// and BPB", "FAT32 FSInfo Sector Structure and Backup Boot Sector").
final class BootSectors {
    static final int MEDIA_DISK = 0xf8;
    static final int MEDIA_FLOPPY = 0xf0;

    private static final int SIGNATURE = 0xaa55;
    private static final int DISK_ID = 0xbe1afdfa;
    private static final int VOLUME_ID = 0xfabe1afd;

    private static final int PARTITION_FAT12 = 0x01;
    private static final int PARTITION_FAT16 = 0x06;
    private static final int PARTITION_FAT32 = 0x0b;

    /// Sector of the FSInfo structure and of the boot sector's copy, within the volume.
    private static final int INFO_SECTOR = 1;

    private static final int BACKUP_SECTOR = 6;

    private BootSectors() {}

    static int media(Geometry g) {
        return g.floppy() ? MEDIA_FLOPPY : MEDIA_DISK;
    }

    /// The master boot record: one active partition behind the first track.
    static byte[] masterBootRecord(Geometry g) {
        byte[] sector = new byte[Geometry.SECTOR];
        Little.put32(sector, 0x1b8, DISK_ID);
        int entry = 0x1be;
        sector[entry] = (byte) 0x80;
        putChs(sector, entry + 1, g, g.volumeStart());
        sector[entry + 4] = (byte) partitionType(g.type());
        putChs(sector, entry + 5, g, g.diskSectors() - 1);
        Little.put32(sector, entry + 8, g.volumeStart());
        Little.put32(sector, entry + 12, g.volumeSectors());
        Little.put16(sector, 0x1fe, SIGNATURE);
        return sector;
    }

    private static int partitionType(FatType type) {
        return switch (type) {
            case FAT12 -> PARTITION_FAT12;
            case FAT16 -> PARTITION_FAT16;
            case FAT32 -> PARTITION_FAT32;
        };
    }

    /// A sector's number as head, sector (from 1) and cylinder, the latter's upper two bits beside
    /// the sector.
    private static void putChs(byte[] bytes, int at, Geometry g, int sector) {
        int track = sector / g.sectorsPerTrack();
        int cylinder = track / g.heads();
        bytes[at] = (byte) (track % g.heads());
        bytes[at + 1] = (byte) (sector % g.sectorsPerTrack() + 1 | cylinder >> 2 & 0xc0);
        bytes[at + 2] = (byte) cylinder;
    }

    /// The reserved sectors of the volume.
    ///
    /// @param freeClusters how many clusters are free, and
    /// @param nextFree where to look for one, for FAT32's FSInfo
    static byte[] reserved(Geometry g, byte[] label, int freeClusters, int nextFree) {
        byte[] sectors = new byte[g.reservedSectors() * Geometry.SECTOR];
        putBoot(sectors, 0, g, label);
        if (g.type() == FatType.FAT32) {
            putInfo(sectors, INFO_SECTOR * Geometry.SECTOR, freeClusters, nextFree);
            System.arraycopy(
                    sectors,
                    0,
                    sectors,
                    BACKUP_SECTOR * Geometry.SECTOR,
                    (INFO_SECTOR + 1) * Geometry.SECTOR);
        }
        return sectors;
    }

    private static void putBoot(byte[] b, int at, Geometry g, byte[] label) {
        boolean fat32 = g.type() == FatType.FAT32;
        b[at] = (byte) 0xeb;
        b[at + 1] = (byte) (fat32 ? 0x58 : 0x3e);
        b[at + 2] = (byte) 0x90;
        Little.putText(b, at + 3, 8, "MSWIN4.1");
        Little.put16(b, at + 11, Geometry.SECTOR);
        b[at + 13] = (byte) g.sectorsPerCluster();
        Little.put16(b, at + 14, g.reservedSectors());
        b[at + 16] = Geometry.TABLES;
        Little.put16(b, at + 17, g.rootEntries());
        boolean isSmall = g.volumeSectors() <= 0xffff && !fat32;
        Little.put16(b, at + 19, isSmall ? g.volumeSectors() : 0);
        b[at + 21] = (byte) media(g);
        Little.put16(b, at + 22, fat32 ? 0 : g.tableSectors());
        Little.put16(b, at + 24, g.sectorsPerTrack());
        Little.put16(b, at + 26, g.heads());
        Little.put32(b, at + 28, g.volumeStart());
        Little.put32(b, at + 32, isSmall ? 0 : g.volumeSectors());
        if (fat32) {
            Little.put32(b, at + 36, g.tableSectors());
            Little.put32(b, at + 44, Geometry.FIRST_CLUSTER);
            Little.put16(b, at + 48, INFO_SECTOR);
            Little.put16(b, at + 50, BACKUP_SECTOR);
        }
        int tail = at + (fat32 ? 64 : 36);
        b[tail] = (byte) (g.floppy() ? 0 : 0x80);
        b[tail + 2] = 0x29;
        Little.put32(b, tail + 3, VOLUME_ID);
        System.arraycopy(label, 0, b, tail + 7, label.length);
        Little.putText(b, tail + 18, 8, g.type().label());
        Little.put16(b, at + 0x1fe, SIGNATURE);
    }

    private static void putInfo(byte[] b, int at, int freeClusters, int nextFree) {
        Little.put32(b, at, 0x41615252);
        Little.put32(b, at + 484, 0x61417272);
        Little.put32(b, at + 488, freeClusters);
        Little.put32(b, at + 492, nextFree);
        Little.put32(b, at + 508, SIGNATURE << 16);
    }
}
