package io.cairn.block.spi;

import io.cairn.block.BlockStatus;

import org.jspecify.annotations.Nullable;

/// A driver's answer to the question where a guest range is: one step, for a prefix of the range
/// that was asked for.
///
/// The generic layer reads, reports status and copies by it. An answer is valid while the {@link
/// Pin} is held under which it was given.
public sealed interface Mapping {
    /// Bytes from the asked offset for which the answer holds; at least 1.
    long length();

    /// The bytes are stored as they are at an offset of a child.
    ///
    /// @param mayBeZero the child may know that they are zero (preallocated space), so status asks
    ///   it
    record Data(Child child, long hostOffset, long length, boolean mayBeZero) implements Mapping {}

    /// The node is transparent here: it shows what the child shows at the offset, status included.
    record Through(Child child, long hostOffset, long length) implements Mapping {}

    /// The bytes are stored by the driver itself at an offset of the host (a protocol's answer).
    record Stored(long hostOffset, long length) implements Mapping {}

    /// The bytes read as zeroes and the node says so itself.
    ///
    /// @param hostOffset where space is reserved for them in `child` (or in the host, for a
    ///   protocol), or -1
    record Zero(@Nullable Child child, long hostOffset, long length) implements Mapping {}

    /// The node has nothing here. If its driver supports backing files, a read gives what the
    /// backing child holds, and zeroes without one or behind its end. If not, nobody has said what
    /// a read gives: status then tells neither data nor zeroes, and who wants the bytes reads them.
    record Unallocated(long length) implements Mapping {}

    /// The bytes are stored in a transformed way (compressed, encrypted): only the driver can read
    /// them.
    ///
    /// @param child where they are
    /// @param hostOffset offset of the stored form in the child, or -1 if it has no one place
    /// @param compressed true if the stored form is compressed
    record Transformed(Child child, long hostOffset, long length, boolean compressed)
            implements Mapping {}

    /// What the driver knows of the range without a child of its own to ask: an answer of {@link
    /// DriverInstance#mapForStatus} alone, from which nothing is read. A status that is neither
    /// allocated nor zero says that the bytes come from elsewhere, and not what they are. An offset
    /// in no file counts in the node itself.
    record Told(BlockStatus status) implements Mapping {
        @Override
        public long length() {
            return status.length();
        }
    }

    /// The driver must see the request itself: it counts, delays, votes or fails it. Only the
    /// driver can read.
    ///
    /// @param status where a status query goes on, or null to report plain data
    record Opaque(@Nullable Through status, long length) implements Mapping {}
}
