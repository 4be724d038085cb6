package io.cairn.block.os;

import java.nio.ByteBuffer;

/// What `io_uring_setup(2)` takes and gives back: 120 bytes.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | submission entries |
/// | 4 | 4 | completion entries |
/// | 8 | 4 | flags |
/// | 40 | 40 | offsets in the submission queue: head, tail, mask, entries, flags, dropped, array |
/// | 80 | 40 | offsets in the completion queue: head, tail, mask, entries, overflow, completions |
///
/// @param entries the submission queue's entries, a power of two
/// @param submissionTail where the submission queue's tail is
/// @param submissionArray where the submission queue's array of entry numbers is
/// @param completionEntries the completion queue's entries, a power of two
/// @param completionHead where the completion queue's head is
/// @param completionTail where the completion queue's tail is
/// @param completions where the completion queue's array is
record RingParameters(
        int entries,
        int submissionTail,
        int submissionArray,
        int completionEntries,
        int completionHead,
        int completionTail,
        int completions) {
    /// The structure's size.
    static final int SIZE = 120;

    private static final int R_DISABLED = 1 << 6;
    private static final int SINGLE_ISSUER = 1 << 12;
    private static final int DEFER_TASKRUN = 1 << 13;

    /// One thread alone will submit, the one that enables the ring, and completions are worked off
    /// when it waits for them, not by interrupting it.
    static final int FOR_ONE_THREAD = R_DISABLED | SINGLE_ISSUER | DEFER_TASKRUN;

    /// Writes the request for a ring into the structures of a frame.
    static void put(CallFrame frame, int flags) {
        frame.clear(SIZE);
        frame.memory().putInt(CallFrame.DATA + 8, flags);
    }

    /// Reads the kernel's answer from the structures of a frame.
    static RingParameters get(CallFrame frame) {
        ByteBuffer memory = frame.memory();
        int at = CallFrame.DATA;
        return new RingParameters(
                memory.getInt(at),
                memory.getInt(at + 44),
                memory.getInt(at + 64),
                memory.getInt(at + 4),
                memory.getInt(at + 80),
                memory.getInt(at + 84),
                memory.getInt(at + 100));
    }
}
