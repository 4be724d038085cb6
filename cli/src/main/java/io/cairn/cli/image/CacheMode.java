package io.cairn.cli.image;

import io.cairn.block.NodeFlags;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;

/// A mode of `-t` and `-T`.
///
/// @param direct the host's page cache is bypassed
/// @param noFlush flushes are dropped
/// @param writeThrough every write is on stable storage when it returns
public record CacheMode(boolean direct, boolean noFlush, boolean writeThrough) {
    /// The key of {@link #SOURCE_FLAG}.
    public static final String SOURCE = "T";

    /// `-T`.
    public static final Flag SOURCE_FLAG =
            Flag.of('T').withArgument("src_cache").withHelp("the cache mode of what is read");

    /// The key of {@link #FLAG}.
    public static final String TARGET = "t";

    /// `-t`.
    public static final Flag FLAG =
            Flag.of('t').withArgument("cache").withHelp("the cache mode of what is written");

    /// The mode of images that are only read, and of most that are written.
    public static final CacheMode WRITEBACK = new CacheMode(false, false, false);

    /// The mode of an image that a session exercises.
    public static final CacheMode WRITETHROUGH = new CacheMode(false, false, true);

    /// The mode of a target that is worth nothing unless it is complete.
    public static final CacheMode UNSAFE = new CacheMode(false, true, false);

    /// The mode of an image that is written.
    public static CacheMode parse(String name) throws ToolException {
        return parse(name, "Invalid cache option: ");
    }

    /// The mode of an image that is read.
    public static CacheMode parseSource(String name) throws ToolException {
        return parse(name, "Invalid source cache option: ");
    }

    private static CacheMode parse(String name, String complaint) throws ToolException {
        return switch (name) {
            case "none", "off" -> new CacheMode(true, false, false);
            case "directsync" -> new CacheMode(true, false, true);
            case "writeback" -> WRITEBACK;
            case "unsafe" -> UNSAFE;
            case "writethrough" -> WRITETHROUGH;
            default -> throw ToolException.of(complaint.concat(name));
        };
    }

    /// The flags of a node in this mode.
    public NodeFlags applyTo(NodeFlags flags) {
        return flags.withCache(direct, noFlush);
    }
}
