package io.cairn.block.os;

/// What a file asks of its requests; all ones for a file that goes through the page cache.
///
/// @param request the unit in bytes of a request's offset and length, a power of two
/// @param memory the unit in bytes of a buffer's address, a power of two
public record IoAlignment(int request, int memory) {
    /// No constraint.
    public static final IoAlignment NONE = new IoAlignment(1, 1);
}
