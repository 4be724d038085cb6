package io.cairn.cli.system;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The end of the line to a program that drives a machine's processor and clock in place of a guest
/// (`-qtest`). There is neither, so every request fails; but such programs want somebody to answer.
final class Tester {
    private Tester() {}

    static void serve(ByteStream stream) {
        ByteBuffer in = ByteBuffer.allocateDirect(4096);
        StringBuilder line = new StringBuilder();
        try {
            while (true) {
                in.clear();
                int count = stream.read(in);
                if (count < 0) {
                    return;
                }
                for (int i = 0; i < count; i++) {
                    char c = (char) in.get(i);
                    if (c == '\n') {
                        answer(stream, line.toString());
                        line.setLength(0);
                    } else if (line.length() < 4096) {
                        line.append(c);
                    }
                }
            }
        } catch (BlockException _) {
            // The program is gone.
        }
    }

    private static void answer(ByteStream stream, String line) throws BlockException {
        String text = "FAIL there is no processor and no clock to carry out '" + line + "'\n";
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        stream.write(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
    }
}
