package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

/// Linux's keys, by `keyctl(2)`.
final class LinuxKeys {
    /// `KEYCTL_READ`.
    private static final int READ = 11;

    /// What a payload has room in at first.
    private static final int USUAL_LENGTH = 512;

    /// The longest payload that is read; the kernel's own limit for a user's keys is 32 KiB.
    private static final int MAX_LENGTH = 1 << 20;

    private LinuxKeys() {}

    static byte[] read(int serial) throws BlockException {
        int room = USUAL_LENGTH;
        while (true) {
            try (CallFrame frame = CallFrame.take(room)) {
                long length =
                        Syscall.call(
                                frame,
                                LinuxCalls.numbers().keyctl(),
                                READ,
                                serial,
                                frame.data(),
                                room,
                                0,
                                0);
                if (length < 0) {
                    throw HostErrors.of((int) -length);
                }
                if (length <= room) {
                    byte[] payload = new byte[(int) length];
                    frame.memory().get(CallFrame.DATA, payload);
                    frame.clear(room);
                    return payload;
                }
                // Nothing was stored, or part of it: the key may also grow between two calls.
                frame.clear(room);
                if (length > MAX_LENGTH) {
                    throw HostErrors.of(Errno.EFBIG);
                }
                room = (int) (length + Long.BYTES - 1 & -Long.BYTES);
            }
        }
    }
}
