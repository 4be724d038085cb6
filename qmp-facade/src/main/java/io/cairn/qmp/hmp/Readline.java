package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// One person's session: a prompt, lines that are edited and shown as they are typed, and what they
/// lead to.
public final class Readline {
    private static final String PROMPT = "(qemu) ";
    private static final int MOST = 4095;
    private static final String BACK = "\033[D";
    private static final String CLEAR = "\033[K";

    private final ByteStream stream;
    private final Commands commands;

    // A character stands for a byte in both.
    private final StringBuilder line = new StringBuilder();
    private final StringBuilder out = new StringBuilder();

    private boolean isOver;

    /// How many characters of the line are shown.
    private int shown;

    /// Carries out lines.
    @FunctionalInterface
    public interface Commands {
        /// What a line leads to is printed; null if it ends all.
        @Nullable String execute(String line);
    }

    /// @param commands carries out what is typed
    public Readline(ByteStream stream, Commands commands) {
        this.stream = stream;
        this.commands = commands;
    }

    /// Sends the first line and the prompt.
    public void greet(String greeting) {
        print(greeting + "\n" + PROMPT);
        try {
            send();
        } catch (BlockException _) {
            // The person is gone, which reading tells too.
        }
    }

    /// Serves until the stream ends.
    public void run() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
        try {
            while (!isOver) {
                buffer.clear();
                int count = stream.read(buffer);
                if (count < 0) {
                    return;
                }
                for (int i = 0; i < count && !isOver; i++) {
                    typed((char) (buffer.get(i) & 0xff));
                }
                send();
            }
        } catch (BlockException _) {
            // The person is gone.
        }
    }

    private void typed(char c) throws BlockException {
        switch (c) {
            case '\n', '\r' -> entered();
            case 8, 127 -> {
                if (!line.isEmpty()) {
                    line.setLength(line.length() - 1);
                    show();
                }
            }
            default -> {
                if (c >= ' ' && line.length() < MOST) {
                    line.append(c);
                    show();
                }
            }
        }
    }

    /// Shows the line in the place of what is shown of it.
    private void show() {
        out.append(BACK.repeat(shown)).append(line).append(CLEAR);
        shown = line.length();
    }

    private void entered() throws BlockException {
        print("\n");
        send();
        byte[] bytes = line.toString().getBytes(StandardCharsets.ISO_8859_1);
        line.setLength(0);
        shown = 0;
        String printed = commands.execute(new String(bytes, StandardCharsets.UTF_8));
        if (printed == null) {
            isOver = true;
            return;
        }
        print(printed);
        print(PROMPT);
    }

    private void print(String text) {
        byte[] bytes = text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        out.append(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private void send() throws BlockException {
        byte[] bytes = out.toString().getBytes(StandardCharsets.ISO_8859_1);
        out.setLength(0);
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.max(1, bytes.length));
        stream.write(buffer.put(bytes).flip());
    }
}
