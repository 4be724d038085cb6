package io.cairn.nbd.server;

import java.util.List;

/// What a handshake has agreed on.
///
/// @param export the disk
/// @param structured whether replies come in chunks
/// @param extended whether headers have lengths of 64 bits
/// @param aligned whether the client heeds the block sizes it was told
/// @param contexts the metadata that the client has chosen; a context's number is its index
record Session(
        NbdExport export,
        boolean structured,
        boolean extended,
        boolean aligned,
        List<MetaContext> contexts) {
    Session {
        contexts = List.copyOf(contexts);
    }

    /// Whether replies to reads and queries are chunks.
    boolean chunked() {
        return structured || extended;
    }
}
