package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The program that mounts files for users who may not do so themselves (fusermount3(1)). It hands
/// the device over on the socket whose number it finds in `_FUSE_COMMFD`, and tells failures on
/// standard error.
///
/// The Java libraries pass no descriptors to the processes that they start, so this one is started
/// by `posix_spawnp`.
final class FuseHelper {
    private static final String PROGRAM = "fusermount3";
    private static final String SOCKET = "_FUSE_COMMFD";
    private static final int SOCK_STREAM = 1;

    private FuseHelper() {}

    /// Mounts, and returns the device.
    ///
    /// @param options of the filesystem
    static int mount(String path, String options) throws BlockException {
        int ours;
        int theirs;
        try (CallFrame frame = CallFrame.take()) {
            LinuxCalls.check(
                    Syscall.call(
                            frame,
                            FuseAbi.CURRENT.socketpair(),
                            SocketCalls.AF_UNIX,
                            SOCK_STREAM,
                            0,
                            frame.data(),
                            0,
                            0));
            theirs = frame.memory().getInt(CallFrame.DATA);
            ours = frame.memory().getInt(CallFrame.DATA + 4);
        }
        try {
            LinuxCalls.setCloseOnExec(ours);
            int child;
            try {
                child =
                        spawn(
                                List.of(PROGRAM, "-o", "rw,nosuid,nodev," + options, "--", path),
                                SOCKET + "=" + theirs);
            } finally {
                LinuxCalls.close(theirs);
            }
            List<PassedDescriptor> passed = new ArrayList<>();
            SocketCalls.receive(ours, ByteBuffer.allocateDirect(1), 0, passed::add);
            await(child);
            if (passed.isEmpty()) {
                throw HostErrors.of(Errno.EPERM).withDetail(PROGRAM + " could not mount " + path);
            }
            return passed.removeFirst().release();
        } finally {
            LinuxCalls.close(ours);
        }
    }

    /// Unmounts now, even if the file is open.
    static void unmount(String path) throws BlockException {
        await(spawn(List.of(PROGRAM, "-u", "-z", "-q", "--", path), null));
    }

    private static void await(int child) {
        long result;
        do {
            result = LinuxCalls.call(FuseAbi.CURRENT.wait4(), child, 0, 0, 0);
        } while (result == -Errno.EINTR.value());
    }

    /// Starts the program in this process's environment.
    ///
    /// @param addition a further variable
    /// @return the process's number
    @SuppressWarnings("restricted") // The package with native access.
    private static int spawn(List<String> arguments, @Nullable String addition)
            throws BlockException {
        List<String> environment = new ArrayList<>();
        for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
            environment.add(variable.getKey() + "=" + variable.getValue());
        }
        if (addition != null) {
            environment.add(addition);
        }
        Linker linker = Linker.nativeLinker();
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        MethodHandle spawn =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("posix_spawnp"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, word, word, word, word, word, word));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
            long program = LinuxCalls.nativeName(arena, PROGRAM).address();
            long words = vector(arena, arguments).address();
            long variables = vector(arena, environment).address();
            int error =
                    (int) spawn.invokeExact(number.address(), program, 0L, 0L, words, variables);
            if (error != 0) {
                throw HostErrors.of(error).withDetail(PROGRAM + ": " + Errno.of(error).text());
            }
            return number.get(ValueLayout.JAVA_INT, 0);
        } catch (BlockException | RuntimeException | Error known) {
            throw known;
        } catch (Throwable unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    /// The addresses of texts, with a null behind them.
    private static MemorySegment vector(Arena arena, List<String> texts) throws BlockException {
        MemorySegment vector = arena.allocate(ValueLayout.JAVA_LONG, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            long text = LinuxCalls.nativeName(arena, texts.get(i)).address();
            vector.setAtIndex(ValueLayout.JAVA_LONG, i, text);
        }
        return vector;
    }
}
