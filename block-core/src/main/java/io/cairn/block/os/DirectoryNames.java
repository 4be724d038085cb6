package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

/// What is alike for the names in every {@link HostDirectory}.
final class DirectoryNames {
    private DirectoryNames() {}

    /// The name, unless it is none of an entry.
    static String component(String name) throws BlockException {
        boolean isNone =
                name.isEmpty()
                        || name.equals(".")
                        || name.equals("..")
                        || name.indexOf('/') >= 0
                        || name.indexOf('\0') >= 0;
        if (isNone) {
            throw HostErrors.of(Errno.EINVAL);
        }
        return name;
    }

    /// Fails where there is an entry, even a link that leads nowhere.
    static void requireFree(HostDirectory directory, String name) throws BlockException {
        try {
            directory.entry(name, false);
        } catch (BlockException e) {
            if (e.errno() == Errno.ENOENT) {
                return;
            }
            throw e;
        }
        throw HostErrors.of(Errno.EEXIST);
    }

    /// Swaps two entries by way of a third name beside the first.
    static void exchange(HostDirectory one, String name, HostDirectory other, String otherName)
            throws BlockException {
        String aside = name + "~";
        one.rename(name, one, aside);
        try {
            other.rename(otherName, one, name);
        } catch (BlockException e) {
            one.rename(aside, one, name);
            throw e;
        }
        one.rename(aside, other, otherName);
    }
}
