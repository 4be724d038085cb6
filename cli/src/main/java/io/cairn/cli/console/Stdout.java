package io.cairn.cli.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Standard output, buffered as C programs do it: by line on a terminal, else by full buffers.
///
/// So what a tool prints here and on standard error reaches a shared file in the order that users
/// of the programs know. The end of the process flushes it. A reader that has gone away ends the
/// process as the `SIGPIPE` of a C program would; any other failure is ignored as stdio's callers
/// ignore it.
public final class Stdout {
    private static final int BUFFER_SIZE = 4096;

    private final OutputStream sink;
    private final boolean byLine;
    private final byte[] buffer = new byte[BUFFER_SIZE];
    private int filled;

    /// A writer to any stream.
    ///
    /// @param byLine whether every full line is written at once
    public Stdout(OutputStream sink, boolean byLine) {
        this.sink = sink;
        this.byLine = byLine;
    }

    /// The process's standard output.
    public static Stdout ofProcess() {
        return new Stdout(
                new FileOutputStream(FileDescriptor.out), Boolean.getBoolean("cairn.terminal"));
    }

    /// Prints a text in UTF-8.
    public synchronized void print(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(bytes, 0, bytes.length);
    }

    /// Prints a text and ends the line.
    public synchronized void println(String text) {
        print(text);
        print("\n");
    }

    /// Writes bytes as they are.
    public synchronized void write(byte[] bytes, int offset, int length) {
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, BUFFER_SIZE - filled);
            System.arraycopy(bytes, offset + done, buffer, filled, part);
            filled += part;
            done += part;
            if (filled == BUFFER_SIZE) {
                flush();
            }
        }
        if (byLine && endsLine(bytes, offset, length)) {
            flush();
        }
    }

    /// Hands everything printed so far to the operating system.
    public synchronized void flush() {
        int length = filled;
        filled = 0;
        try {
            sink.write(buffer, 0, length);
        } catch (IOException e) {
            if ("Broken pipe".equals(e.getMessage())) {
                Signals.dieBy("PIPE");
            }
        }
    }

    private static boolean endsLine(byte[] bytes, int offset, int length) {
        for (int i = offset + length - 1; i >= offset; i--) {
            if (bytes[i] == '\n') {
                return true;
            }
        }
        return false;
    }
}
