package io.cairn.qmp.hmp;

import io.cairn.block.graph.BlockBackend;

/// Carries out commands that read, write and examine an image (`qemu-io`), which lives above this
/// module. What a command has to say goes to the process's standard output.
@FunctionalInterface
public interface ImageConsole {
    /// Carries out a command.
    ///
    /// @param backend of a drive, or one made for this command, which is closed once its requests
    ///   are over
    void execute(BlockBackend backend, String command);
}
