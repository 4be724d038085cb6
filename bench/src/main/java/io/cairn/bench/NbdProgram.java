package io.cairn.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A program that serves a disk to NBD clients.
enum NbdProgram {
    CAIRN("cairn nbd"),
    QEMU_NBD("qemu-nbd"),
    NBDKIT("nbdkit");

    private final String title;

    NbdProgram(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /// The command that serves a disk on a socket until it is killed.
    List<String> command(String launcher, Path disk, String format, Path socket) {
        if (this == NBDKIT) {
            return List.of("nbdkit", "-f", "-U", socket.toString(), "file", disk.toString());
        }
        List<String> command = new ArrayList<>();
        if (this == CAIRN) {
            command.addAll(List.of(launcher, "nbd"));
        } else {
            command.add("qemu-nbd");
        }
        command.addAll(
                List.of("-k", socket.toString(), "-t", "-e", "0", "-f", format, disk.toString()));
        return command;
    }
}
