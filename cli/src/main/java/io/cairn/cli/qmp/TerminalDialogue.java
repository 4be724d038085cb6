package io.cairn.cli.qmp;

import io.cairn.block.os.HostPath;

import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Status;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A session at a terminal: lines that are edited and completed, a history, and the progress of
/// jobs below.
///
/// The one class that uses JLine, which no other tool and no script loads.
final class TerminalDialogue implements Dialogue {
    private static final String PROMPT = "qmp> ";
    private static final String HISTORY_FILE = ".cairn_qmp_history";

    /// Commands that are not remembered, since they may carry a secret.
    private static final String UNREMEMBERED = "*secret*:*passw*:*passphrase*";

    private final Terminal terminal;
    private final Reader reader;
    private final Thread owner = Thread.currentThread();
    private volatile boolean isStopped;

    /// What JLine does, and what must not be done at the same time.
    private static final class Reader extends LineReaderImpl {
        Reader(Terminal terminal) throws IOException {
            super(terminal, "cairn qmp");
        }

        void exclusively(Runnable action) {
            lock.lock();
            try {
                action.run();
            } finally {
                lock.unlock();
            }
        }
    }

    /// To be made by the thread that calls {@link #next()}.
    TerminalDialogue() throws IOException {
        terminal = TerminalBuilder.builder().system(true).build();
        reader = new Reader(terminal);
        reader.setParser(new DefaultParser().quoteChars(new char[0]).escapeChars(new char[0]));
        reader.setOpt(LineReader.Option.DISABLE_EVENT_EXPANSION);
        reader.unsetOpt(LineReader.Option.INSERT_TAB);
        reader.setVariable(LineReader.HISTORY_IGNORE, UNREMEMBERED);
        String home = System.getProperty("user.home", "");
        if (HostPath.exists(home)) {
            reader.setVariable(LineReader.HISTORY_FILE, Path.of(home, HISTORY_FILE));
        }
    }

    /// The schema is asked for now: what waits for a reply within a completion keeps events from
    /// being shown, behind which the reply may stand.
    @Override
    public void completeBy(LazySchema schema) {
        Completion completion = new Completion(schema.get());
        reader.setCompleter((_, line, candidates) ->
                completion
                        .complete(line.line().substring(0, line.cursor()))
                        .forEach(found -> candidates.add(candidate(found))));
    }

    private static Candidate candidate(Completion.Candidate found) {
        String word = found.word();
        return new Candidate(word, word, null, null, null, null, found.isWhole());
    }

    @Override
    public @Nullable String next() {
        while (!isStopped) {
            try {
                return reader.readLine(PROMPT);
            } catch (UserInterruptException _) {
                // The line is given up, or stop() wants us to look.
                Thread.interrupted();
            } catch (EndOfFileException _) {
                return null;
            }
        }
        return null;
    }

    @Override
    public void stop() {
        isStopped = true;
        owner.interrupt();
    }

    @Override
    public void print(String text) {
        reader.printAbove(text);
    }

    @Override
    public void error(String text) {
        reader.printAbove(text);
    }

    @Override
    public int jobWidth() {
        return Math.max(0, terminal.getSize().getColumns() - 1);
    }

    @Override
    public void showJobs(List<String> lines) {
        List<AttributedString> shown = lines.stream().map(AttributedString::new).toList();
        reader.exclusively(() -> {
            Status status = Status.getStatus(terminal, !shown.isEmpty());
            if (status != null) {
                status.update(shown);
            }
        });
    }

    @Override
    public void close() {
        showJobs(List.of());
        try {
            terminal.close();
        } catch (IOException _) {
            // We leave it, and whoever comes next sets it up.
        }
    }
}
