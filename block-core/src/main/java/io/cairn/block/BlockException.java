package io.cairn.block;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/// A failure of the block layer: an errno, a message for the user of a tool, and the node it came
/// from.
///
/// The message names the thing (file, node, option) and what is wrong with it, in one line without
/// a full stop. Where the reference tools have a text for the case, the message is that text; a
/// {@linkplain #hint() hint} holds the further line that they print below it. A {@linkplain
/// #detail() detail} is an addition of ours that only our own tools show.
public sealed class BlockException extends IOException
        permits HostException,
                CorruptImageException,
                UnsupportedImageException,
                PermissionConflictException,
                ImageLockedException,
                InvalidOptionException,
                OutOfSpaceException,
                CancelledJobException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;
    private @Nullable String hint;
    private @Nullable String detail;
    private @Nullable String node;

    /// A failure with the given message.
    public BlockException(Errno errno, String message) {
        super(message);
        this.errno = errno;
    }

    /// A failure whose message is `prefix: strerror`.
    public static BlockException of(Errno errno, String prefix) {
        return errno == Errno.ENOSPC
                ? new OutOfSpaceException(prefix + ": " + errno.text())
                : new BlockException(errno, prefix + ": " + errno.text());
    }

    /// The message, which every failure has.
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /// The error number that the other side of a wire or a guest sees.
    public final Errno errno() {
        return errno;
    }

    /// A further line that the reference tools print below the message.
    public final Optional<String> hint() {
        return Optional.ofNullable(hint);
    }

    /// What we know beyond the reference tools' text; shown under our own name only.
    public final Optional<String> detail() {
        return Optional.ofNullable(detail);
    }

    /// The name of the node that failed, where one did.
    public final Optional<String> node() {
        return Optional.ofNullable(node);
    }

    /// Sets the hint and returns this.
    public final BlockException withHint(String text) {
        hint = text;
        return this;
    }

    /// Sets the detail and returns this.
    public final BlockException withDetail(String text) {
        detail = text;
        return this;
    }

    /// Sets the node's name, unless a node nearer to the cause has set it, and returns this.
    public final BlockException atNode(String name) {
        if (node == null) {
            node = name;
        }
        return this;
    }

    /// The same failure seen from a layer above: `prefix: message`, with errno, hint, detail and
    /// node kept.
    public BlockException prefixed(String prefix) {
        BlockException e = new BlockException(errno, prefix + ": " + getMessage());
        e.hint = hint;
        e.detail = detail;
        e.node = node;
        e.initCause(this);
        return e;
    }
}
