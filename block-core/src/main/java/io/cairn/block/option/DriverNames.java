package io.cairn.block.option;

import java.util.Set;

/// The names of block drivers as such (QMP reference manual, "BlockdevDriver"), whether or not
/// there is a driver here: an image's header may name any as its backing file's format.
public final class DriverNames {
    private static final Set<String> NAMES =
            Set.of(
                    "blkdebug",
                    "blklogwrites",
                    "blkreplay",
                    "blkverify",
                    "bochs",
                    "cloop",
                    "compress",
                    "copy-before-write",
                    "copy-on-read",
                    "dmg",
                    "file",
                    "ftp",
                    "ftps",
                    "gluster",
                    "host_cdrom",
                    "host_device",
                    "http",
                    "https",
                    "iscsi",
                    "luks",
                    "nbd",
                    "nfs",
                    "null-aio",
                    "null-co",
                    "nvme",
                    "parallels",
                    "preallocate",
                    "qcow",
                    "qcow2",
                    "qed",
                    "quorum",
                    "raw",
                    "rbd",
                    "replication",
                    "snapshot-access",
                    "ssh",
                    "throttle",
                    "vdi",
                    "vhdx",
                    "vmdk",
                    "vpc",
                    "vvfat");

    private DriverNames() {}

    /// Whether a driver of that name exists anywhere.
    public static boolean contains(String name) {
        return NAMES.contains(name);
    }
}
