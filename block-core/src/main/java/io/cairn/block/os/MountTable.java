package io.cairn.block.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What is mounted where, by the kernel's own account (Linux manual, proc_pid_mountinfo(5)), for
/// which no filesystem is asked: one that we serve ourselves may not answer yet, or any more.
///
/// Of each line the third word is the number of the device, and the fifth the place, in which
/// blanks, tabs, ends of line and backslashes are octal.
final class MountTable {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int DEVICE = 2;
    private static final int PLACE = 4;

    private MountTable() {}

    /// The number of the device that is mounted at a place, and not hidden by another.
    ///
    /// @param place absolute, without symbolic links
    /// @return empty if there is none, or the kernel does not say
    static String deviceAt(String place) {
        try {
            return deviceAt(place, Files.readAllLines(TABLE));
        } catch (IOException _) {
            return "";
        }
    }

    static String deviceAt(String place, List<String> table) {
        String escaped =
                place.replace("\\", "\\134")
                        .replace(" ", "\\040")
                        .replace("\t", "\\011")
                        .replace("\n", "\\012");
        String found = "";
        for (String line : table) {
            String[] words = line.split(" ", -1);
            if (words.length > PLACE && words[PLACE].equals(escaped)) {
                found = words[DEVICE];
            }
        }
        return found;
    }
}
