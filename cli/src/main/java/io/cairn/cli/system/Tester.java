package io.cairn.cli.system;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import org.jspecify.annotations.Nullable;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The end of the line to a program that drives a machine's devices and clock in place of a guest
/// (`-qtest`). There are no devices that a guest could see, so only what steps the clock is carried
/// out, and that on a machine whose accelerator is `qtest`.
///
/// What goes over the line is noted in a log: when it began and ended (`I`), what was received
/// (`R`) and sent (`S`), each with the seconds since the beginning.
final class Tester {
    private static final double NANOS = 1e9;

    private final @Nullable PrintStream log;
    private final @Nullable MachineClock clock;

    @GuardedBy("this")
    private long opened;

    @GuardedBy("this")
    private boolean isOpen;

    /// @param log takes line by line what is noted; null for nothing
    /// @param clock what it steps; null if the machine has the computer's own
    Tester(@Nullable PrintStream log, @Nullable MachineClock clock) {
        this.log = log;
        this.clock = clock;
    }

    void serve(ByteStream stream) {
        open();
        try {
            converse(stream);
        } catch (BlockException _) {
            // The program is gone.
        } finally {
            close();
        }
    }

    private synchronized void open() {
        opened = System.nanoTime();
        isOpen = true;
        print("[I 0.000000] OPENED");
    }

    /// Notes that the line has ended, if it had begun.
    synchronized void close() {
        note('I', "CLOSED");
        isOpen = false;
    }

    private synchronized void note(char kind, String text) {
        if (isOpen) {
            double seconds = (System.nanoTime() - opened) / NANOS;
            print(String.format(Locale.ROOT, "[%c +%.6f] %s", kind, seconds, text));
        }
    }

    private void print(String line) {
        if (log != null) {
            log.println(line);
            log.flush();
        }
    }

    private void converse(ByteStream stream) throws BlockException {
        ByteBuffer in = ByteBuffer.allocateDirect(4096);
        StringBuilder line = new StringBuilder();
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
    }

    private void answer(ByteStream stream, String line) throws BlockException {
        note('R', line);
        String text = carryOut(line.strip().split(" +"));
        note('S', text);
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.US_ASCII);
        stream.write(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
    }

    private String carryOut(String[] words) {
        MachineClock stepped = clock;
        String command = words[0];
        boolean isSet = command.equals("clock_set") && words.length == 2;
        boolean isStep = command.equals("clock_step") && words.length <= 2;
        if (stepped == null || !(isSet || isStep)) {
            return "FAIL Unknown command '" + command + "'";
        }
        try {
            if (words.length == 1) {
                stepped.stepToDeadline();
            } else {
                long nanos = Math.max(0, Long.decode(words[1]));
                stepped.stepTo(isSet ? nanos : stepped.nanoTime() + nanos);
            }
            return "OK " + stepped.nanoTime();
        } catch (NumberFormatException _) {
            return "FAIL " + command + ": '" + words[1] + "' is no number";
        }
    }
}
