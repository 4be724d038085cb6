package io.cairn.cli.qmp;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.Workers;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A session with a script: lines from a stream, replies and events to standard output, errors to
/// standard error; no prompt and no progress.
///
/// A thread of its own waits for input, so that the end of the server need not wait for more.
final class PipedDialogue implements Dialogue {
    /// The longest line taken; the rest of a longer one would be another command.
    private static final int MAX_LINE = 16 << 20;

    private final Invocation invocation;
    private final Messages messages;
    private final InputStream in;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private @Nullable String line;

    @GuardedBy("lock")
    private boolean isOver;

    PipedDialogue(Invocation invocation, Messages messages, InputStream in) {
        this.invocation = invocation;
        this.messages = messages;
        this.in = new BufferedInputStream(in);
        Workers.startDaemon("stdin", this::readLines);
    }

    private void readLines() {
        try {
            for (String read = readLine(); read != null; read = readLine()) {
                put(read);
            }
        } catch (IOException e) {
            messages.error("standard input: " + e.getMessage());
        }
        end();
    }

    private @Nullable String readLine() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int b = in.read();
        if (b < 0) {
            return null;
        }
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (bytes.size() == MAX_LINE) {
                throw new IOException("a line is longer than 16 MiB");
            }
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /// Hands a line over once the one before is taken.
    private void put(String read) {
        lock.lock();
        try {
            while (line != null && !isOver) {
                changed.awaitUninterruptibly();
            }
            line = read;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Lets the line that was handed over be the last.
    private void end() {
        lock.lock();
        try {
            while (line != null && !isOver) {
                changed.awaitUninterruptibly();
            }
            isOver = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void completeBy(LazySchema schema) {}

    @Override
    public @Nullable String next() {
        lock.lock();
        try {
            while (line == null && !isOver) {
                changed.awaitUninterruptibly();
            }
            String taken = isOver ? null : line;
            line = null;
            changed.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void stop() {
        lock.lock();
        try {
            isOver = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void print(String text) {
        invocation.out().println(text);
        invocation.out().flush();
    }

    @Override
    public void error(String text) {
        messages.error(text);
    }

    @Override
    public int jobWidth() {
        return 0;
    }

    @Override
    public void showJobs(List<String> lines) {}

    @Override
    public void close() {
        stop();
    }
}
