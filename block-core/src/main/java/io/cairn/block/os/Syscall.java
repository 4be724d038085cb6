package io.cairn.block.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/// The one native function of this package: `syscall(2)` with six arguments, all of them longs.
///
/// One shape serves every call, since linking one costs some 20 ms at start and calling this one no
/// more than another.
final class Syscall {
    private static final MethodHandle SYSCALL = link();

    private Syscall() {}

    @SuppressWarnings("restricted") // The one place with native access.
    private static MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        MemorySegment symbol =
                linker.defaultLookup()
                        .find("syscall")
                        .orElseThrow(() -> new UnsatisfiedLinkError("syscall"));
        return linker.downcallHandle(
                symbol,
                FunctionDescriptor.of(word, word, word, word, word, word, word, word),
                Linker.Option.captureCallState("errno"));
    }

    /// Makes a call.
    ///
    /// @return its result, or the negative error number
    static long call(CallFrame frame, long number, long a, long b, long c, long d, long e, long f) {
        try {
            long result = (long) SYSCALL.invokeExact(frame.segment(), number, a, b, c, d, e, f);
            return result == -1 ? -frame.errno() : result;
        } catch (RuntimeException | Error unexpected) {
            throw unexpected;
        } catch (Throwable unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    /// The address of a direct buffer's position; the buffer must be kept reachable until the call
    /// is over.
    static long address(ByteBuffer buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("the buffer is not direct");
        }
        return MemorySegment.ofBuffer(buffer).address();
    }
}
