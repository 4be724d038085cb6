package io.cairn.cli.io;

import io.cairn.block.Workers;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
        var reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line;
        do {
            wanted.acquireUninterruptibly();
            line = readLine(reader);
            String received = line;
            session.events().post(() -> received(received));
        } while (line != null);
    }

    private static @Nullable String readLine(BufferedReader reader) {
        try {
            return reader.readLine();
        } catch (IOException _) {
            return null;
        }
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
        int end = line.indexOf('\0');
        isGood &= session.execute(end < 0 ? line : line.substring(0, end));
        session.out().flush();
    }
}
