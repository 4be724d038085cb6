package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// The transmission phase of one connection of the client. Many threads send requests; replies come
/// in any order.
///
/// There is no thread that waits for replies all the time: of those that wait for one, one reads
/// for all. When it has its own reply it hands the reading on. A virtual thread must not wait in
/// the kernel, so while nobody but virtual threads waits, a platform thread reads for them.
final class NbdConnection {
    /// Requests under way at one time.
    private static final int SLOTS = 64;

    private final ClientHandshake handshake;
    private final ExportInfo info;
    private final ReplyReader reader;
    private final Semaphore free = new Semaphore(SLOTS);
    private final ReentrantLock sending = new ReentrantLock();
    private final ByteBuffer header = ByteBuffer.allocateDirect(NbdWire.EXTENDED_REQUEST_SIZE);
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final @Nullable NbdRequest[] slots = new @Nullable NbdRequest[SLOTS];
    private boolean isReading;
    private @Nullable BlockException loss;

    NbdConnection(ClientHandshake handshake, ExportInfo info) {
        this.handshake = handshake;
        this.info = info;
        this.reader = new ReplyReader(handshake, this::slot);
    }

    /// What the server has said of the export.
    ExportInfo info() {
        return info;
    }

    /// Whether the server tells about metadata.
    boolean knowsStatus() {
        return handshake.contextId() >= 0;
    }

    /// Whether lengths may have more than 32 bits.
    boolean isExtended() {
        return handshake.isExtended();
    }

    /// Sends a request and waits for its reply.
    ///
    /// @throws ConnectionLostException if the connection is over, and perhaps nothing was done
    /// @throws BlockException if the server refused
    void run(NbdRequest request) throws BlockException, ConnectionLostException {
        free.acquireUninterruptibly();
        int slot = enter(request);
        try {
            send(request, slot);
            await(request);
        } finally {
            leave(slot);
            free.release();
        }
        if (request.loss != null) {
            throw new ConnectionLostException(request.loss);
        }
        if (request.refusal != null) {
            throw request.refusal;
        }
    }

    private int enter(NbdRequest request) throws ConnectionLostException {
        lock.lock();
        try {
            if (loss != null) {
                free.release();
                throw new ConnectionLostException(loss);
            }
            int slot = 0;
            while (slots[slot] != null) {
                slot++;
            }
            slots[slot] = request;
            return slot;
        } finally {
            lock.unlock();
        }
    }

    private void leave(int slot) {
        lock.lock();
        try {
            slots[slot] = null;
        } finally {
            lock.unlock();
        }
    }

    /// The request that a cookie stands for, or null.
    private @Nullable NbdRequest slot(long cookie) {
        if (cookie < 1 || cookie > SLOTS) {
            return null;
        }
        lock.lock();
        try {
            NbdRequest request = slots[(int) cookie - 1];
            return request == null || request.isDone ? null : request;
        } finally {
            lock.unlock();
        }
    }

    // ---- sending

    private void send(NbdRequest request, int slot) {
        boolean extended = handshake.isExtended();
        boolean hasPayload = request.payload != null;
        int flags = request.flags;
        if (extended && hasPayload) {
            flags |= NbdWire.CMD_FLAG_PAYLOAD_LEN;
        }
        sending.lock();
        try {
            header.clear();
            header.putInt(extended ? NbdWire.EXTENDED_REQUEST_MAGIC : NbdWire.REQUEST_MAGIC);
            header.putShort((short) flags).putShort((short) request.command);
            header.putLong(slot + 1L).putLong(request.offset);
            if (extended) {
                header.putLong(request.length);
            } else {
                header.putInt((int) request.length);
            }
            header.flip();
            if (request.payload == null) {
                handshake.stream().stream().write(header);
            } else {
                handshake.stream().stream().write(header, request.payload);
            }
        } catch (BlockException e) {
            lose(e, false);
        } finally {
            sending.unlock();
        }
    }

    // ---- receiving

    private void await(NbdRequest request) {
        boolean isVirtual = Thread.currentThread().isVirtual();
        while (!request.isDone) {
            if (isVirtual ? needsReader() : mayLead(request)) {
                if (isVirtual) {
                    Workers.startDaemon("nbd:reader", this::readForAll);
                } else {
                    read(request);
                    handOn();
                    return;
                }
            }
            Workers.parkUntil(() -> request.isDone || request.leads);
        }
        if (request.leads) {
            // The turn came together with the reply.
            handOn();
        }
    }

    private boolean mayLead(NbdRequest request) {
        if (request.leads) {
            return true;
        }
        lock.lock();
        try {
            if (isReading || request.isDone) {
                return false;
            }
            isReading = true;
            request.leads = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean needsReader() {
        lock.lock();
        try {
            boolean needs = !isReading;
            isReading = true;
            return needs;
        } finally {
            lock.unlock();
        }
    }

    /// Reads until a request has its reply.
    private void read(NbdRequest own) {
        try {
            while (!own.isDone) {
                NbdRequest finished = reader.read();
                if (finished != null) {
                    finish(finished);
                }
            }
        } catch (BlockException e) {
            lose(e, true);
        } catch (RuntimeException e) {
            BlockException failure = new BlockException(Errno.EIO, "internal error: " + e);
            failure.initCause(e);
            lose(failure, true);
        }
    }

    /// Reads while anybody waits.
    private void readForAll() {
        while (true) {
            NbdRequest next = null;
            lock.lock();
            try {
                for (NbdRequest request : slots) {
                    if (request != null && !request.isDone) {
                        next = request;
                        break;
                    }
                }
                if (next == null) {
                    isReading = false;
                    return;
                }
            } finally {
                lock.unlock();
            }
            read(next);
        }
    }

    /// Has another of those that wait read from now on.
    private void handOn() {
        NbdRequest next = null;
        boolean isVirtual = false;
        lock.lock();
        try {
            for (NbdRequest request : slots) {
                if (request != null && !request.isDone && !request.leads) {
                    next = request;
                    isVirtual = request.waiter.isVirtual();
                    if (!isVirtual) {
                        break;
                    }
                }
            }
            isReading = next != null;
            if (next != null && !isVirtual) {
                next.leads = true;
            }
        } finally {
            lock.unlock();
        }
        if (next != null && isVirtual) {
            Workers.startDaemon("nbd:reader", this::readForAll);
        } else if (next != null) {
            LockSupport.unpark(next.waiter);
        }
    }

    private static void finish(NbdRequest request) {
        request.isDone = true;
        if (request.waiter != Thread.currentThread()) {
            LockSupport.unpark(request.waiter);
        }
    }

    /// The connection is over: nobody gets a reply any more.
    ///
    /// A thread that reads may still be filling a request's buffer, so it is left to that thread,
    /// which the end of the socket will reach, to tell those who wait.
    private void lose(BlockException failure, boolean isReader) {
        handshake.stream().stream().shutdown();
        lock.lock();
        try {
            if (loss == null) {
                loss = failure;
            }
            if (isReading && !isReader) {
                return;
            }
            for (NbdRequest request : slots) {
                if (request != null && !request.isDone) {
                    request.loss = loss;
                    finish(request);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes leave of the server, unless somebody is stuck in sending to it, and ends the
    /// connection.
    void close() {
        if (sending.tryLock()) {
            try {
                send(NbdRequest.of(NbdWire.CMD_DISC, 0, 0, 0), -1);
            } finally {
                sending.unlock();
            }
        }
        lose(new BlockException(Errno.ESHUTDOWN, Errno.ESHUTDOWN.text()), false);
        handshake.stream().stream().close();
    }

    /// Ends a connection that is over.
    void abandon() {
        handshake.stream().stream().close();
    }

    /// A connection is over; the request may be sent over another.
    static final class ConnectionLostException extends Exception {
        private static final long serialVersionUID = 1L;

        private final BlockException failure;

        ConnectionLostException(BlockException failure) {
            super(failure);
            this.failure = failure;
        }

        BlockException failure() {
            return failure;
        }
    }
}
