package io.cairn.block.os;

import io.cairn.block.Workers;

import java.util.concurrent.locks.LockSupport;

/// One request on its way through a ring, and the thread that waits for it.
final class RingRequest {
    /// `IORING_OP_READ`.
    static final int READ = 22;

    private static final int READV = 1;
    private static final int WRITEV = 2;
    private static final int WRITE = 23;

    private final int operation;
    private final int fd;
    private final long address;
    private final int length;
    private final long offset;
    private final int flags;
    private final Thread caller = Thread.currentThread();
    private int outcome;
    private volatile boolean isDone;

    /// A request whose `address` and `length` are a buffer's, or of an array of vectors and their
    /// number.
    RingRequest(int operation, int fd, long address, int length, long offset, int flags) {
        this.operation = operation;
        this.fd = fd;
        this.address = address;
        this.length = length;
        this.offset = offset;
        this.flags = flags;
    }

    /// A request for what is left of some vectors.
    static RingRequest transfer(int fd, boolean isRead, Vectors left, long offset, int flags) {
        if (left.count() == 1) {
            int operation = isRead ? READ : WRITE;
            return new RingRequest(
                    operation, fd, left.firstBase(), left.firstLength(), offset, flags);
        }
        int operation = isRead ? READV : WRITEV;
        return new RingRequest(operation, fd, left.address(), left.count(), offset, flags);
    }

    int operation() {
        return operation;
    }

    int fd() {
        return fd;
    }

    long address() {
        return address;
    }

    int length() {
        return length;
    }

    long offset() {
        return offset;
    }

    int flags() {
        return flags;
    }

    void complete(int result) {
        outcome = result;
        isDone = true;
        LockSupport.unpark(caller);
    }

    /// Waits for the count of bytes or the negative error number.
    int await() {
        Workers.parkUntil(() -> isDone);
        return outcome;
    }
}
