package io.cairn.protocol.file;

import io.cairn.block.Aio;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

import org.jspecify.annotations.Nullable;

/// What a `file` or `host_device` node is opened with (QMP reference manual,
/// "BlockdevOptionsFile").
///
/// @param filename the name on the host; null or empty if none was given
/// @param aio how requests wait for the kernel; null for what the node's flags say
/// @param locking whether other processes are kept away
/// @param prManager the helper for persistent reservations, which we do not have
/// @param dropCache the page cache is dropped when the image moves to another host
/// @param checkCacheDropped that is checked as well
/// @param aioMaxBatch requests submitted to the kernel at once at most, 0 for a default
record FileOptions(
        @Nullable String filename,
        @Nullable Aio aio,
        Locking locking,
        @Nullable String prManager,
        boolean dropCache,
        boolean checkCacheDropped,
        long aioMaxBatch) {
    static final OptionSchema<FileOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string("filename", "File name of the image"),
                            Option.choice(
                                    "aio",
                                    "host AIO implementation (threads, native, io_uring)",
                                    "threads",
                                    "native",
                                    "io_uring"),
                            Option.number(
                                    "aio-max-batch",
                                    "AIO max batch size (0 = auto handled by AIO backend, default:"
                                            + " 0)"),
                            Option.choice(
                                    "locking",
                                    "file locking mode (on/off/auto, default: auto)",
                                    "auto",
                                    "on",
                                    "off"),
                            Option.string(
                                    "pr-manager",
                                    "id of persistent reservation manager object (default: none)"),
                            Option.bool(
                                            "drop-cache",
                                            "invalidate page cache during live migration (default:"
                                                    + " on)")
                                    .withDefault("on"),
                            Option.bool(
                                    "x-check-cache-dropped",
                                    "check that page cache was dropped on live migration (default:"
                                            + " off)")),
                    FileOptions::read);

    private static FileOptions read(OptionReader in) throws InvalidOptionException {
        return new FileOptions(
                in.string("filename"),
                parseAio(in.string("aio")),
                parseLocking(in.string("locking")),
                in.string("pr-manager"),
                in.bool("drop-cache"),
                in.bool("x-check-cache-dropped"),
                in.number("aio-max-batch"));
    }

    private static @Nullable Aio parseAio(@Nullable String text) throws InvalidOptionException {
        return text == null ? null : Aio.find(text).orElseThrow(() -> invalid(text));
    }

    private static Locking parseLocking(@Nullable String text) throws InvalidOptionException {
        if (text == null) {
            return Locking.AUTO;
        }
        return switch (text) {
            case "auto" -> Locking.AUTO;
            case "on" -> Locking.ON;
            case "off" -> Locking.OFF;
            default -> throw invalid(text);
        };
    }

    private static InvalidOptionException invalid(String value) {
        return new InvalidOptionException("invalid parameter value: " + value);
    }

    /// How requests wait in a node of the given flags.
    Aio aio(NodeFlags flags) {
        return aio == null ? flags.aio() : aio;
    }
}
