package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.job.JobControl;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Passes slots from the threads that read to the target and back.
///
/// Where the order counts, batches are written one after the other by their numbers: the thread
/// that has read the batch whose turn it is writes it, and then all that others have made ready
/// meanwhile, while those read on into what it has emptied. So a writer never waits for another
/// thread to wake up. Numbers must be given out one by one to threads that have a slot already.
///
/// There no more threads read than are needed: while one reads, another joins in only when more
/// than a quarter of the slots are empty. More would take the processors from the writer, which is
/// what a copy waits for when the source answers at once.
final class Pipeline {
    private final boolean isOrdered;
    private final JobControl control;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();

    // All below is guarded by the lock.
    private final ArrayDeque<Slot> empty;

    /// Slots that wait for their turn, at the remainder of their number: all numbers that are not
    /// yet written are in a slot, so no two of them meet.
    private final @Nullable Slot[] ready;

    private long turn;
    private int readers;
    private boolean isWriting;
    private boolean isClosed;

    Pipeline(List<Slot> slots, boolean isOrdered, JobControl control) {
        this.empty = new ArrayDeque<>(slots);
        this.ready = new Slot[slots.size()];
        this.isOrdered = isOrdered;
        this.control = control;
    }

    /// A slot to read into; waits for one.
    ///
    /// @return null if the pipeline is closed
    @Nullable Slot take() {
        lock.lock();
        try {
            while (!canRead() && !isClosed) {
                readable.awaitUninterruptibly();
            }
            if (isClosed) {
                return null;
            }
            readers++;
            Slot slot = empty.pollFirst();
            wakeReader();
            return slot;
        } finally {
            lock.unlock();
        }
    }

    /// Takes a slot back that holds nothing.
    void giveBack(Slot slot) {
        lock.lock();
        try {
            readers--;
            empty.addFirst(slot);
            wakeReader();
        } finally {
            lock.unlock();
        }
    }

    /// Takes a slot that holds a batch. It is written before this method returns, or by another
    /// thread when its turn has come.
    ///
    /// @throws BlockException the first failure of a batch, in the order of their numbers; the
    ///   pipeline is closed then
    void put(Slot slot) throws BlockException {
        if (isOrdered) {
            Slot next = enqueue(slot);
            while (next != null) {
                write(next);
                next = afterWriting(next);
            }
        } else {
            write(slot);
            giveBack(slot);
        }
    }

    /// Turns everybody away, now and from now on.
    void close() {
        lock.lock();
        try {
            isClosed = true;
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void write(Slot slot) throws BlockException {
        boolean isWritten = false;
        try {
            slot.write(control);
            isWritten = true;
        } finally {
            if (!isWritten) {
                close();
            }
        }
    }

    /// The slot that the calling thread is to write, null if another thread is writing.
    private @Nullable Slot enqueue(Slot slot) {
        lock.lock();
        try {
            readers--;
            ready[place(slot.number())] = slot;
            Slot due = isWriting ? null : next();
            if (due != null) {
                wakeReader();
            }
            return due;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Slot afterWriting(Slot written) {
        lock.lock();
        try {
            turn++;
            empty.addFirst(written);
            wakeReader();
            return next();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Slot next() {
        Slot due = isClosed ? null : ready[place(turn)];
        ready[place(turn)] = null;
        isWriting = due != null;
        return due;
    }

    private boolean canRead() {
        boolean isWanted = !isOrdered || readers == 0 || empty.size() > ready.length / 4;
        return isWanted && !empty.isEmpty();
    }

    private void wakeReader() {
        if (canRead()) {
            readable.signal();
        }
    }

    private int place(long number) {
        return (int) (number % ready.length);
    }
}
