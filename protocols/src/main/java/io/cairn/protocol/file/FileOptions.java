package io.cairn.protocol.file;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.os.Aio;

import org.jspecify.annotations.Nullable;

/// What a `file` or `host_device` node is opened with (QMP reference manual,
/// "BlockdevOptionsFile").
///
/// @param filename the name on the host; null or empty if none was given
/// @param aio how requests wait for the kernel
/// @param locking whether other processes are kept away
/// @param prManager the helper for persistent reservations, which we do not have
/// @param dropCache the page cache is dropped when the image moves to another host
/// @param checkCacheDropped that is checked as well
/// @param aioMaxBatch requests submitted to the kernel at once at most, 0 for a default
record FileOptions(
        @Nullable String filename,
        Aio aio,
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
                                            "io_uring")
                                    .withDefault("threads"),
                            Option.number(
                                    "aio-max-batch",
                                    "AIO max batch size (0 = auto handled by AIO backend, default:"
                                            + " 0)"),
                            Option.choice(
                                            "locking",
                                            "file locking mode (on/off/auto, default: auto)",
                                            "auto",
                                            "on",
                                            "off")
                                    .withDefault("auto"),
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
                constant(in.string("aio"), Aio.THREADS, Aio.NATIVE, Aio.IO_URING),
                constant(in.string("locking"), Locking.AUTO, Locking.ON, Locking.OFF),
                in.string("pr-manager"),
                in.bool("drop-cache"),
                in.bool("x-check-cache-dropped"),
                in.number("aio-max-batch"));
    }

    @SafeVarargs
    private static <E extends Enum<E>> E constant(@Nullable String text, E... constants)
            throws InvalidOptionException {
        for (E constant : constants) {
            if (constant.name().toLowerCase(java.util.Locale.ROOT).equals(text)) {
                return constant;
            }
        }
        throw new InvalidOptionException("invalid parameter value: " + text);
    }
}
