package io.cairn.qmp.chardev;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

/// A device, and the file that keeps a copy of its output.
///
/// @param log null for none
record LoggedDevice(Chardev device, @Nullable OutputFile log) implements AutoCloseable {
    /// Makes the device itself.
    @FunctionalInterface
    interface Maker {
        Chardev make() throws BlockException;
    }

    /// Opens the file, then makes the device.
    static LoggedDevice make(ChardevLog log, Maker maker) throws BlockException {
        OutputFile file = log.open();
        try {
            return new LoggedDevice(maker.make(), file);
        } catch (BlockException e) {
            if (file != null) {
                file.close();
            }
            throw e;
        }
    }

    void attach(FrontEnd frontEnd) throws BlockException {
        OutputFile file = log;
        device.attach(
                file == null ? frontEnd : stream -> frontEnd.serve(new LoggedStream(stream, file)));
    }

    @Override
    public void close() {
        device.close();
        if (log != null) {
            log.close();
        }
    }
}
