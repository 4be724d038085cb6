package io.cairn.block.os;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A file that this process holds locks on through {@link FileChannel}, and all its users.
///
/// Such locks are the process's: it has each byte once, and on POSIX systems it loses them all as
/// soon as it closes any channel of the file. So the users share one record, which counts them by
/// byte and keeps the channels that were closed meanwhile until the last user has gone.
final class LockedFile {
    private static final System.Logger LOG = System.getLogger(LockedFile.class.getName());

    @GuardedBy("LockedFile.class")
    private static final Map<Object, LockedFile> FILES = new HashMap<>();

    private final Object key;
    private final FileChannel channel;
    private final Map<Long, Held> locks = new HashMap<>();
    private final List<FileChannel> parked = new ArrayList<>();
    private int users = 1;

    /// A byte's lock and how many users share it.
    private record Held(FileLock lock, int users) {}

    private LockedFile(Object key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /// Opens a channel of a file.
    @FunctionalInterface
    interface Opener {
        FileChannel open() throws IOException;
    }

    /// Joins the users of a file that is known by a key; the first opens the channel of the locks.
    static LockedFile join(Object key, Opener opener) throws IOException {
        synchronized (LockedFile.class) {
            LockedFile file = FILES.get(key);
            if (file == null) {
                file = new LockedFile(key, opener.open());
                FILES.put(key, file);
            } else {
                file.users++;
            }
            return file;
        }
    }

    /// Closes a channel of a file, once nobody holds locks on it.
    static void close(Object key, FileChannel channel) {
        synchronized (LockedFile.class) {
            LockedFile file = FILES.get(key);
            if (file != null) {
                file.parked.add(channel);
            } else {
                closeNow(channel);
            }
        }
    }

    private static void closeNow(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is gone all the same, and what was flushed before is safe.
            LOG.log(System.Logger.Level.DEBUG, "closing a file", e);
        }
    }

    /// Leaves the users of the file; what the user locked must be unlocked.
    void leave() {
        synchronized (LockedFile.class) {
            users--;
            if (users == 0) {
                FILES.remove(key);
                parked.forEach(LockedFile::closeNow);
                closeNow(channel);
            }
        }
    }

    /// Adds a user to a byte; returns whether the process has, or gets, a shared lock on it.
    boolean share(long offset) throws BlockException {
        synchronized (LockedFile.class) {
            Held held = locks.get(offset);
            FileLock lock = held == null ? lock(offset, true) : held.lock;
            if (lock == null) {
                return false;
            }
            locks.put(offset, new Held(lock, held == null ? 1 : held.users + 1));
            return true;
        }
    }

    /// Takes a user from a byte.
    void release(long offset) throws BlockException {
        synchronized (LockedFile.class) {
            Held held = locks.get(offset);
            if (held == null) {
                return;
            }
            if (held.users > 1) {
                locks.put(offset, new Held(held.lock, held.users - 1));
                return;
            }
            locks.remove(offset);
            unlock(held.lock);
        }
    }

    /// Whether a user but for `ours` many of this process, or another process, has a lock on a
    /// byte.
    ///
    /// Only a channel that may write can ask for the exclusive lock that tells; for others there is
    /// nobody.
    boolean isHeldBeside(int ours, long offset) throws BlockException {
        synchronized (LockedFile.class) {
            Held held = locks.get(offset);
            if (held != null && held.users > ours) {
                return true;
            }
            if (held != null) {
                unlock(held.lock);
            }
            boolean isFree = isFree(offset);
            if (held != null) {
                FileLock again = lock(offset, true);
                if (again == null) {
                    locks.remove(offset);
                    return true;
                }
                locks.put(offset, new Held(again, held.users));
            }
            return !isFree;
        }
    }

    private boolean isFree(long offset) throws BlockException {
        try {
            FileLock probe = lock(offset, false);
            if (probe == null) {
                return false;
            }
            unlock(probe);
            return true;
        } catch (NonWritableChannelException _) {
            return true;
        }
    }

    private @Nullable FileLock lock(long offset, boolean isShared) throws BlockException {
        try {
            return channel.tryLock(offset, 1, isShared);
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    private static void unlock(FileLock lock) throws BlockException {
        try {
            lock.release();
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }
}
