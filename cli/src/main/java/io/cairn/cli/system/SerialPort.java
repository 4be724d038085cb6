package io.cairn.cli.system;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import java.nio.ByteBuffer;

/// The line of a serial port: what comes is dropped, for nobody is there who would read it.
final class SerialPort {
    private SerialPort() {}

    static void serve(ByteStream stream) {
        ByteBuffer in = ByteBuffer.allocateDirect(4096);
        try {
            do {
                in.clear();
            } while (stream.read(in) >= 0);
        } catch (BlockException _) {
            // The other end is gone.
        }
    }
}
