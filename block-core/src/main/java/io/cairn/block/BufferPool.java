package io.cairn.block;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Direct buffers, lent out and used again.
///
/// Sizes are rounded up to whole pages, from eight pages on to one of four sizes for each power of
/// two. What is lent out and what lies ready stay together within the pool's capacity: where a new
/// buffer would not fit, ready ones are dropped, and where that is not enough the loan fails. Many
/// threads may use a pool at once.
public final class BufferPool {
    /// Every buffer starts at a multiple of this.
    public static final int ALIGNMENT = 4096;

    /// The longest buffer that is lent.
    public static final int MAX_LENGTH = 1 << 30;

    private static final long DEFAULT_CAPACITY = 256L << 20;
    private static final BufferPool SHARED =
            new BufferPool(Long.getLong("io.cairn.block.bufferCapacity", DEFAULT_CAPACITY), null);
    private static final byte POISON = (byte) 0xDB;

    private final long capacity;
    private final AtomicLong allocatedBytes = new AtomicLong();
    private final AtomicLong lentBytes = new AtomicLong();
    private final Shelf[] shelves = new Shelf[SizeClass.COUNT];
    private final @Nullable Map<PooledBuffer, Throwable> borrowers;

    private BufferPool(long capacity, @Nullable Map<PooledBuffer, Throwable> borrowers) {
        this.capacity = capacity;
        this.borrowers = borrowers;
        for (int i = 0; i < shelves.length; i++) {
            shelves[i] = new Shelf();
        }
    }

    /// A pool of at most `capacity` bytes.
    public static BufferPool of(long capacity) {
        return new BufferPool(capacity, null);
    }

    /// A pool for tests: buffers come and go filled with a pattern, and {@link
    /// #assertAllReturned()} names who kept one.
    public static BufferPool checking(long capacity) {
        return new BufferPool(capacity, new ConcurrentHashMap<>());
    }

    /// The pool of this process; the system property `io.cairn.block.bufferCapacity` sets its
    /// capacity in bytes.
    public static BufferPool shared() {
        return SHARED;
    }

    /// Lends a buffer whose content is not defined.
    ///
    /// @throws BlockException with {@link Errno#ENOMEM} when the capacity is used up
    public PooledBuffer acquire(int length) throws BlockException {
        int sizeClass = SizeClass.of(length);
        ByteBuffer whole = shelves[sizeClass].take();
        if (whole == null) {
            whole = allocate(SizeClass.bytes(sizeClass));
        }
        lentBytes.addAndGet(whole.capacity());
        PooledBuffer lent = new PooledBuffer(this, whole, length);
        if (borrowers != null) {
            Bytes.fill(whole, 0, whole.capacity(), POISON);
            borrowers.put(lent, new Throwable("buffer of " + length + " bytes lent here"));
        }
        return lent;
    }

    /// Lends a buffer filled with zeroes.
    ///
    /// @throws BlockException with {@link Errno#ENOMEM} when the capacity is used up
    public PooledBuffer acquireZeroed(int length) throws BlockException {
        PooledBuffer lent = acquire(length);
        Bytes.zero(lent.buffer(), 0, length);
        return lent;
    }

    /// The bytes that are lent out.
    public long lentBytes() {
        return lentBytes.get();
    }

    /// The bytes that are lent out or lie ready.
    public long allocatedBytes() {
        return allocatedBytes.get();
    }

    /// Fails when a buffer is lent out; in a {@linkplain #checking checking} pool the cause is the
    /// place of its loan.
    public void assertAllReturned() {
        if (lentBytes.get() != 0) {
            Throwable first =
                    borrowers == null ? null : borrowers.values().stream().findAny().orElse(null);
            throw new IllegalStateException(
                    lentBytes.get() + " bytes of buffers are lent out", first);
        }
    }

    void takeBack(PooledBuffer lent, ByteBuffer whole) {
        if (borrowers != null) {
            borrowers.remove(lent);
            Bytes.fill(whole, 0, whole.capacity(), POISON);
        }
        lentBytes.addAndGet(-whole.capacity());
        shelves[SizeClass.of(whole.capacity())].put(whole);
    }

    private ByteBuffer allocate(int bytes) throws BlockException {
        if (allocatedBytes.addAndGet(bytes) > capacity) {
            dropReady();
            if (allocatedBytes.get() > capacity) {
                allocatedBytes.addAndGet(-bytes);
                throw outOfMemory();
            }
        }
        try {
            return ByteBuffer.allocateDirect(bytes + ALIGNMENT)
                    .alignedSlice(ALIGNMENT)
                    .slice(0, bytes);
        } catch (OutOfMemoryError _) {
            allocatedBytes.addAndGet(-bytes);
            throw outOfMemory();
        }
    }

    private static BlockException outOfMemory() {
        return new HostException(Errno.ENOMEM, Errno.ENOMEM.text());
    }

    private void dropReady() {
        for (Shelf shelf : shelves) {
            allocatedBytes.addAndGet(-shelf.clear());
        }
    }

    /// The buffers of one size that lie ready, guarded by itself.
    private static final class Shelf {
        private final ArrayDeque<ByteBuffer> ready = new ArrayDeque<>();

        synchronized @Nullable ByteBuffer take() {
            return ready.pollLast();
        }

        synchronized void put(ByteBuffer whole) {
            ready.addLast(whole);
        }

        synchronized long clear() {
            long bytes = ready.isEmpty() ? 0 : (long) ready.size() * ready.getFirst().capacity();
            ready.clear();
            return bytes;
        }
    }

    /// The sizes that buffers come in: 1 to 8 pages one by one, then four sizes to each power of
    /// two.
    private static final class SizeClass {
        private static final int PAGE_BITS = 12;
        static final int COUNT = of(MAX_LENGTH) + 1;

        private SizeClass() {}

        static int of(int length) {
            if (length < 0 || length > MAX_LENGTH) {
                throw new IllegalArgumentException("no buffer of " + length + " bytes");
            }
            int pages = Math.max(1, (length + ALIGNMENT - 1) >>> PAGE_BITS);
            if (pages <= 4) {
                return pages - 1;
            }
            int shift = 29 - Integer.numberOfLeadingZeros(pages - 1);
            int quarters = (pages + (1 << shift) - 1) >>> shift;
            return 4 * (shift + 1) + quarters - 5;
        }

        static int bytes(int sizeClass) {
            if (sizeClass < 4) {
                return (sizeClass + 1) << PAGE_BITS;
            }
            int shift = sizeClass / 4 - 1;
            return (sizeClass % 4 + 5) << (shift + PAGE_BITS);
        }
    }
}
