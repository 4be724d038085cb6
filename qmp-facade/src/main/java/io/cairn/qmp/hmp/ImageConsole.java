package io.cairn.qmp.hmp;

import io.cairn.block.graph.BlockBackend;

/// Carries out commands that read, write and examine an image (`qemu-io`), which lives above this
/// module. What a command has to say goes to the process's standard output, but for errors.
@FunctionalInterface
public interface ImageConsole {
    /// Carries out a command.
    ///
    /// @param backend of a drive
    /// @return the errors, lines ended by `\n`
    String execute(BlockBackend backend, String command);

    /// The same with a backend that was made for this command: it is closed when the requests that
    /// the command has started are over.
    default String executeAndClose(BlockBackend backend, String command) {
        try (backend) {
            return execute(backend, command);
        }
    }
}
