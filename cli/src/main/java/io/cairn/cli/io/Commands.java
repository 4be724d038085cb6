package io.cairn.cli.io;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/// The commands by name. A command's class loads when it is first looked for.
final class Commands {
    /// The names in the order in which help lists them.
    private static final List<String> NAMES =
            List.of(
                    "abort",
                    "aio_flush",
                    "aio_read",
                    "aio_write",
                    "alloc",
                    "break",
                    "close",
                    "discard",
                    "flush",
                    "help",
                    "info",
                    "length",
                    "map",
                    "open",
                    "quit",
                    "read",
                    "readv",
                    "remove_break",
                    "reopen",
                    "resume",
                    "sigraise",
                    "sleep",
                    "truncate",
                    "wait_break",
                    "write",
                    "writev");

    private Commands() {}

    /// All commands, in the order in which help lists them.
    static List<Command> all() {
        return NAMES.stream().map(name -> Objects.requireNonNull(find(name))).toList();
    }

    /// The command of a name or a shorter one; null if there is none.
    static @Nullable Command find(String name) {
        return switch (name) {
            case "abort" -> new AbortCommand();
            case "aio_flush" -> new AioFlushCommand();
            case "aio_read" -> new AioReadCommand();
            case "aio_write" -> new AioWriteCommand();
            case "alloc", "a" -> new AllocCommand();
            case "break" -> new BreakCommand();
            case "close", "c" -> new CloseCommand();
            case "discard", "d" -> new DiscardCommand();
            case "flush", "f" -> new FlushCommand();
            case "help", "?" -> new HelpCommand();
            case "info", "i" -> new InfoCommand();
            case "length", "l" -> new LengthCommand();
            case "map" -> new MapCommand();
            case "open", "o" -> new OpenCommand();
            case "quit", "q" -> new QuitCommand();
            case "read", "r" -> new ReadCommand();
            case "readv" -> new ReadvCommand();
            case "remove_break" -> new RemoveBreakCommand();
            case "reopen" -> new ReopenCommand();
            case "resume" -> new ResumeCommand();
            case "sigraise" -> new SigraiseCommand();
            case "sleep" -> new SleepCommand();
            case "truncate", "t" -> new TruncateCommand();
            case "wait_break" -> new WaitBreakCommand();
            case "write", "w" -> new WriteCommand();
            case "writev" -> new WritevCommand();
            default -> null;
        };
    }
}
