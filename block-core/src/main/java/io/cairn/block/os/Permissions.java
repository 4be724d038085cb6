package io.cairn.block.os;

import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/// Permission bits as numbers and as the constants of `java.nio.file`.
final class Permissions {
    private Permissions() {}

    static Set<PosixFilePermission> ofMode(int mode) {
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            // The constants stand in the order of the bits, from the owner's read permission down.
            if ((mode & (0400 >> permission.ordinal())) != 0) {
                set.add(permission);
            }
        }
        return set;
    }
}
