package io.cairn.cli.io;

import io.cairn.block.Workers;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;

/// A session whose commands come from standard input, after a prompt each.
///
/// A thread of its own waits for input, a line at a time when one is wanted, so that asynchronous
/// requests are told of as they end.
final class Console {
    private static final String PROMPT = "qemu-io> ";

    private final Session session;
    private final Semaphore wanted = new Semaphore(0);
    private boolean isWaiting;
    private boolean isGood = true;

    Console(Session session) {
        this.session = session;
    }

    /// Carries out all that comes and returns whether it went well.
    boolean run() {
        Workers.startDaemon("stdin", this::readLines);
        while (!session.isOver()) {
            session.out().print(PROMPT);
            session.out().flush();
            isWaiting = true;
            wanted.release();
            session.events().takeUntil(() -> !isWaiting);
        }
        return isGood;
    }

    private void readLines() {
        InputStream in = new BufferedInputStream(System.in);
        String line;
        do {
            wanted.acquireUninterruptibly();
            line = readLine(in);
            String received = line;
            session.events().post(() -> received(received));
        } while (line != null);
    }

    /// The next line without its line feed, cut at a zero byte; null at the end of input.
    private static @Nullable String readLine(InputStream in) {
        var line = new ByteArrayOutputStream();
        try {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            for (; b >= 0 && b != '\n'; b = in.read()) {
                line.write(b);
            }
        } catch (IOException _) {
            return null;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private void received(@Nullable String line) {
        isWaiting = false;
        if (line == null) {
            if (HostPath.isTerminal(0)) {
                session.out().print("\n");
            }
            session.end();
            return;
        }
        isGood &= session.execute(line);
        session.out().flush();
    }
}
