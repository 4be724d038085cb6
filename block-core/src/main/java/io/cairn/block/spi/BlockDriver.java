package io.cairn.block.spi;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/// A driver: what it is, how an image of its is recognised, opened and created.
///
/// Found by `ServiceLoader` through a {@link DriverProvider}. An instance is stateless and is
/// shared by all threads.
public interface BlockDriver {
    /// Bytes from the start of an image that {@link #probe} is given at most.
    int PROBE_LENGTH = 2048;

    /// The name that the `driver` option and `-f` take.
    String name();

    /// Where in a graph the driver stands.
    DriverKind kind();

    /// True for a driver that a filename can lead to: every protocol, and a filter with {@linkplain
    /// #filenamePrefixes() prefixes} of its own.
    default boolean isProtocol() {
        return kind() == DriverKind.PROTOCOL;
    }

    /// The options that opening takes; help, `blockdev-add` and the schema come from it.
    OptionSchema<?> openSchema();

    /// The options that creation takes, if the driver creates images.
    default Optional<OptionSchema<?>> createSchema() {
        return Optional.empty();
    }

    /// The options that an open image takes to be changed by ({@link Amendable}), if the driver
    /// changes images.
    default Optional<OptionList> amendOptions() {
        return Optional.empty();
    }

    /// How surely the image is of this format: 0 not at all, 100 certainly, 1 if nothing better is
    /// found (raw).
    ///
    /// @param head the first bytes of the image, at most {@link #PROBE_LENGTH}
    default int probe(ByteBuffer head, String filename) {
        return 0;
    }

    /// The prefixes (without colon) of filenames that go to this protocol driver: `nbd`,
    /// `nbd+unix`, `null-co`.
    default Set<String> filenamePrefixes() {
        return Set.of();
    }

    /// How surely a plain filename (no prefix) is for this protocol driver: `host_device` claims
    /// device nodes.
    default int probeFilename(String filename) {
        return 0;
    }

    /// Turns a filename into options of this driver. It has one of the {@linkplain
    /// #filenamePrefixes() prefixes}, unless the user named the driver beside it.
    default void parseFilename(String filename, Options into) throws BlockException {
        into.put("filename", filename);
    }

    /// True for a format whose images may name a backing file.
    default boolean supportsBacking() {
        return false;
    }

    /// True for a format whose images can take {@linkplain DriverInstance#writeCompressed
    /// compressed writes}.
    default boolean supportsCompressedWrites() {
        return false;
    }

    /// What a node needs of a child while it is being opened; afterwards {@link
    /// DriverInstance#childPermissions} says.
    default ChildPermissions openingPermissions(
            Set<ChildRole> roles, Permissions needed, Permissions shared, boolean writable) {
        return kind() == DriverKind.FILTER
                ? ChildPermissions.ofFilter(needed, shared)
                : ChildPermissions.ofFormat(roles, needed, shared, writable);
    }

    /// Opens a node. The context gives options, children, flags and everything from outside.
    ///
    /// If it throws, everything that it opened itself is closed; children from the context are
    /// closed by the context.
    DriverInstance open(OpenContext context) throws BlockException;

    /// Creates an image. A protocol driver makes the file that the option `filename` names; a
    /// format writes itself into what {@link CreateContext#file} gives.
    default void create(CreateContext context) throws BlockException {
        throw new BlockException(
                Errno.ENOTSUP, "Format driver '" + name() + "' does not support image creation");
    }

    /// The bytes that a new image of the given options would need; empty if the driver cannot tell.
    default Optional<Measure> measure(MeasureContext context) throws BlockException {
        return Optional.empty();
    }
}
