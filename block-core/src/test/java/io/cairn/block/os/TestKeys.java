package io.cairn.block.os;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;

/// Keys in the session keyring of the test's process.
public final class TestKeys {
    /// `add_key` on x86-64 and on all newer architectures.
    private static final int ADD = "amd64".equals(System.getProperty("os.arch")) ? 248 : 217;

    /// `KEYCTL_REVOKE`.
    private static final int REVOKE = 3;

    /// `KEY_SPEC_SESSION_KEYRING`.
    private static final int SESSION = -3;

    private TestKeys() {}

    /// Adds a key of the type `user`, or skips the test where the kernel lets us have none.
    ///
    /// @return its number
    public static int add(String description, byte[] payload) {
        assumeTrue(LinuxHost.isAvailable(), "no native calls here");
        byte[] name = description.getBytes(StandardCharsets.US_ASCII);
        try (CallFrame frame = CallFrame.take(payload.length + 64 + name.length)) {
            int at = CallFrame.DATA;
            frame.memory().put(at, new byte[] {'u', 's', 'e', 'r', 0});
            frame.memory().put(at + 8, name).put(at + 8 + name.length, (byte) 0);
            int data = 16 + name.length;
            frame.memory().put(at + data, payload);
            long address = frame.data();
            long key =
                    Syscall.call(
                            frame,
                            ADD,
                            address,
                            address + 8,
                            address + data,
                            payload.length,
                            SESSION,
                            0);
            assumeTrue(key > 0, "the kernel keeps no keys for us: error " + -key);
            return (int) key;
        }
    }

    /// Takes a key back.
    public static void revoke(int key) {
        try (CallFrame frame = CallFrame.take()) {
            long result =
                    Syscall.call(frame, LinuxCalls.numbers().keyctl(), REVOKE, key, 0, 0, 0, 0);
            if (result != 0) {
                throw new AssertionError("revoke: error " + -result);
            }
        }
    }
}
