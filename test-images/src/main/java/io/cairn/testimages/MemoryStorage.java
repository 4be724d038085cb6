package io.cairn.testimages;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.OutOfSpaceException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The bytes of one file of a {@link MemoryHost}, with a record of what changed them and a plan of
/// what fails.
///
/// Thread-safe.
public final class MemoryStorage {
    /// Largest file.
    private static final long MAX_LENGTH = 1L << 30;

    // Guarded by this, all but the gate.
    private byte[] bytes;
    private int length;
    private boolean recording;
    private final List<HostOp> ops = new ArrayList<>();
    private long calls;
    private long failingCall = -1;
    private Errno failure = Errno.EIO;
    private long capacity = MAX_LENGTH;
    private boolean copies = true;
    private long copied;
    private long refused;

    private final ReentrantLock gate = new ReentrantLock();
    private final Condition gateChanged = gate.newCondition();

    // Guarded by the gate.
    private boolean isHolding;
    private int held;

    /// An empty file.
    public MemoryStorage() {
        this(new byte[0]);
    }

    /// A file of the given content.
    public MemoryStorage(byte[] content) {
        bytes = content.clone();
        length = content.length;
    }

    /// A copy of the content.
    public synchronized byte[] content() {
        return Arrays.copyOf(bytes, length);
    }

    /// Starts a new record.
    public synchronized void record() {
        recording = true;
        ops.clear();
    }

    /// What changed the storage since {@link #record}, in order.
    public synchronized List<HostOp> ops() {
        return List.copyOf(ops);
    }

    /// The calls (reads, writes, zeroes, discards, flushes, truncations) since the storage was
    /// made.
    public synchronized long calls() {
        return calls;
    }

    /// Has one call fail, once.
    ///
    /// @param call how many further calls succeed before it
    public synchronized void failAfter(long call, Errno errno) {
        failingCall = calls + call;
        failure = errno;
    }

    /// Has no further call fail.
    public synchronized void heal() {
        failingCall = -1;
    }

    /// Has every further call wait until {@link #letGo}.
    public void hold() {
        gate.lock();
        try {
            isHolding = true;
        } finally {
            gate.unlock();
        }
    }

    /// Lets the calls that wait, and further ones, go on.
    public void letGo() {
        gate.lock();
        try {
            isHolding = false;
            gateChanged.signalAll();
        } finally {
            gate.unlock();
        }
    }

    /// Waits until this many calls wait.
    public void awaitHeld(int count) {
        gate.lock();
        try {
            while (held < count) {
                gateChanged.awaitUninterruptibly();
            }
        } finally {
            gate.unlock();
        }
    }

    /// How many calls are under way.
    public int held() {
        gate.lock();
        try {
            return held;
        } finally {
            gate.unlock();
        }
    }

    /// Waits while calls are held.
    void pass() {
        gate.lock();
        try {
            held++;
            gateChanged.signalAll();
            while (isHolding) {
                gateChanged.awaitUninterruptibly();
            }
            held--;
        } finally {
            gate.unlock();
        }
    }

    /// Has copies from other files refused from now on, as by a host that cannot.
    public synchronized void refuseCopies() {
        copies = false;
    }

    /// The bytes that were copied from other files.
    public synchronized long copiedBytes() {
        return copied;
    }

    /// The copies from other files that were refused.
    public synchronized long refusedCopies() {
        return refused;
    }

    /// Changes bytes without anybody knowing.
    public synchronized void corrupt(int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            bytes[i] ^= 0x55;
        }
    }

    /// A write beyond this length fails with `ENOSPC`.
    public synchronized void limit(long maxLength) {
        capacity = maxLength;
    }

    synchronized long length() {
        return length;
    }

    synchronized void read(long offset, ByteBuffer dst) throws BlockException {
        count();
        ByteBuffer target = dst.duplicate();
        int inside = (int) Math.max(0, Math.min(target.remaining(), length - offset));
        if (inside > 0) {
            target.put(bytes, (int) offset, inside);
        }
        while (target.hasRemaining()) {
            target.put((byte) 0);
        }
    }

    synchronized void write(long offset, ByteBuffer src) throws BlockException {
        count();
        byte[] data = new byte[src.remaining()];
        src.duplicate().get(data);
        grow(offset + data.length);
        System.arraycopy(data, 0, bytes, (int) offset, data.length);
        add(new HostOp.Write(offset, ByteBuffer.wrap(data).asReadOnlyBuffer()));
    }

    /// Copies from another file; false if copies are refused or the other file ends before.
    boolean copyFrom(MemoryStorage other, long otherOffset, long offset, long count)
            throws BlockException {
        byte[] data = other.slice(otherOffset, count);
        synchronized (this) {
            if (!copies || data.length < count) {
                refused++;
                return false;
            }
            write(offset, ByteBuffer.wrap(data));
            copied += count;
            return true;
        }
    }

    /// The bytes of a range, as far as there are any.
    private synchronized byte[] slice(long offset, long count) {
        int from = (int) Math.min(offset, length);
        return Arrays.copyOfRange(bytes, from, (int) Math.min(length, offset + count));
    }

    synchronized void zero(long offset, long count) throws BlockException {
        count();
        grow(offset + count);
        Arrays.fill(bytes, (int) offset, (int) (offset + count), (byte) 0);
        add(new HostOp.Zero(offset, count));
    }

    synchronized void truncate(long newLength) throws BlockException {
        count();
        if (newLength < length) {
            Arrays.fill(bytes, (int) newLength, length, (byte) 0);
            length = (int) newLength;
        } else {
            grow(newLength);
        }
        add(new HostOp.Truncate(newLength));
    }

    synchronized void flush() throws BlockException {
        count();
        add(new HostOp.Flush());
    }

    /// The length of the run of equal kind (zero pages or data) at an offset; negative if it is
    /// zero.
    synchronized long run(long offset, long count) {
        int page = 4096;
        long end = Math.min(length, offset + count);
        if (offset >= end) {
            return -count;
        }
        boolean zero = isZeroPage(offset / page);
        long position = offset;
        while (position < end && isZeroPage(position / page) == zero) {
            position = (position / page + 1) * page;
        }
        long run = Math.min(position, end) - offset;
        return zero ? -run : run;
    }

    private boolean isZeroPage(long page) {
        int from = (int) (page * 4096);
        int to = Math.min(length, from + 4096);
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private void grow(long end) throws BlockException {
        if (end > capacity) {
            throw new OutOfSpaceException(Errno.ENOSPC.text());
        }
        if (end > bytes.length) {
            bytes =
                    Arrays.copyOf(
                            bytes, (int) Math.min(MAX_LENGTH, Math.max(end, bytes.length * 2L)));
        }
        length = (int) Math.max(length, end);
    }

    private void count() throws BlockException {
        if (calls++ == failingCall) {
            failingCall = -1;
            if (failure == Errno.ENOSPC) {
                throw new OutOfSpaceException(failure.text());
            }
            throw new BlockException(failure, failure.text());
        }
    }

    private void add(HostOp op) {
        if (recording) {
            ops.add(op);
        }
    }
}
