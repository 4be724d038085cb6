package io.cairn.block.os;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/// Raw deflate streams (RFC 1951) by the system's libdeflate, which is about twice as fast as the
/// JDK's zlib in both directions.
///
/// Buffers are direct, used from position to limit without moving either. Not safe for use by
/// several threads; what it holds is released by {@link #close()}.
public final class NativeDeflate implements AutoCloseable {
    private static final String LIBRARY = "libdeflate.so.0";

    private final long compressor;
    private final long decompressor;
    private boolean isClosed;

    private NativeDeflate(long compressor, long decompressor) {
        this.compressor = compressor;
        this.decompressor = decompressor;
    }

    /// A packer and unpacker of a level from 1 to 12; null where the library is not installed or
    /// native access is denied.
    public static @Nullable NativeDeflate ofLevel(int level) {
        Functions functions = Holder.FUNCTIONS;
        if (functions == null) {
            return null;
        }
        long compressor = functions.call(functions.newCompressor, level, 0, 0, 0, 0);
        long decompressor = functions.call(functions.newDecompressor, 0, 0, 0, 0, 0);
        NativeDeflate both = new NativeDeflate(compressor, decompressor);
        if (compressor == 0 || decompressor == 0) {
            both.close();
            return null;
        }
        return both;
    }

    /// Packs all of `src` into one stream.
    ///
    /// @return its length, or 0 if it does not fit into `dst`
    public int compress(ByteBuffer src, ByteBuffer dst) {
        Functions functions = functions();
        try {
            return (int)
                    functions.call(
                            functions.compress,
                            compressor,
                            Syscall.address(src),
                            src.remaining(),
                            Syscall.address(dst),
                            dst.remaining());
        } finally {
            Reference.reachabilityFence(src);
            Reference.reachabilityFence(dst);
        }
    }

    /// Unpacks a stream that gives exactly as many bytes as `dst` takes; what follows it in `src`
    /// is passed over.
    ///
    /// @return false if `src` holds no such stream; the content of `dst` is then undefined
    public boolean decompress(ByteBuffer src, ByteBuffer dst) {
        Functions functions = functions();
        try {
            long result =
                    functions.call(
                            functions.decompress,
                            decompressor,
                            Syscall.address(src),
                            src.remaining(),
                            Syscall.address(dst),
                            dst.remaining());
            return (int) result == 0;
        } finally {
            Reference.reachabilityFence(src);
            Reference.reachabilityFence(dst);
        }
    }

    private Functions functions() {
        Functions functions = Holder.FUNCTIONS;
        if (isClosed || functions == null) {
            throw new IllegalStateException("closed");
        }
        return functions;
    }

    /// Releases the memory; the library takes a null for nothing.
    @Override
    public void close() {
        Functions functions = Holder.FUNCTIONS;
        if (!isClosed && functions != null) {
            isClosed = true;
            functions.call(functions.freeCompressor, compressor, 0, 0, 0, 0);
            functions.call(functions.freeDecompressor, decompressor, 0, 0, 0, 0);
        }
    }

    /// The library's functions. All take and give words, so one shape serves them: a function does
    /// not look at the arguments that it does not have, the last of which is a null for where the
    /// unpacked length should go.
    private record Functions(
            MethodHandle shape,
            MemorySegment newCompressor,
            MemorySegment newDecompressor,
            MemorySegment compress,
            MemorySegment decompress,
            MemorySegment freeCompressor,
            MemorySegment freeDecompressor) {
        @SuppressWarnings("restricted") // The package with native access.
        static @Nullable Functions load() {
            if (!NativeDeflate.class.getModule().isNativeAccessEnabled()) {
                return null;
            }
            try {
                SymbolLookup library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
                ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
                return new Functions(
                        Linker.nativeLinker()
                                .downcallHandle(
                                        FunctionDescriptor.of(
                                                word, word, word, word, word, word, word)),
                        library.findOrThrow("libdeflate_alloc_compressor"),
                        library.findOrThrow("libdeflate_alloc_decompressor"),
                        library.findOrThrow("libdeflate_deflate_compress"),
                        library.findOrThrow("libdeflate_deflate_decompress"),
                        library.findOrThrow("libdeflate_free_compressor"),
                        library.findOrThrow("libdeflate_free_decompressor"));
            } catch (RuntimeException _) {
                // Not installed, or not the library that this name means elsewhere.
                return null;
            }
        }

        long call(MemorySegment function, long a, long b, long c, long d, long e) {
            try {
                return (long) shape.invokeExact(function, a, b, c, d, e, 0L);
            } catch (RuntimeException | Error unexpected) {
                throw unexpected;
            } catch (Throwable unexpected) {
                throw new AssertionError(unexpected);
            }
        }
    }

    private static final class Holder {
        static final @Nullable Functions FUNCTIONS = Functions.load();

        private Holder() {}
    }
}
