package io.cairn.qmp.chardev;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The character devices of a daemon, by id. Thread-safe.
public final class Chardevs implements AutoCloseable {
    @GuardedBy("this")
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /// What there is to know of a device.
    ///
    /// @param isOpen whether somebody speaks over it
    public record ChardevInfo(String id, String filename, boolean isOpen) {}

    private static final class Entry {
        LoggedDevice device;
        boolean isInUse;

        Entry(LoggedDevice device) {
            this.device = device;
        }
    }

    /// Makes a device.
    @FunctionalInterface
    interface Maker {
        LoggedDevice make() throws BlockException;
    }

    /// Makes a device under an id, if that is free.
    Chardev add(String id, Maker maker) throws BlockException {
        requireFree(id);
        LoggedDevice made = maker.make();
        synchronized (this) {
            if (entries.putIfAbsent(id, new Entry(made)) == null) {
                return made.device();
            }
        }
        made.close();
        throw taken(id);
    }

    /// Puts another device in the place of one that nobody uses.
    Chardev change(String id, Maker maker) throws BlockException {
        require(id);
        LoggedDevice made = maker.make();
        LoggedDevice old = made;
        synchronized (this) {
            Entry entry = entries.get(id);
            if (entry != null && !entry.isInUse) {
                old = entry.device;
                entry.device = made;
            }
        }
        old.close();
        if (old == made) {
            require(id);
        }
        return made.device();
    }

    private synchronized void require(String id) throws BlockException {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new InvalidOptionException("Chardev '" + id + "' does not exist");
        }
        if (entry.isInUse) {
            throw new BlockException(Errno.EBUSY, "Chardev user does not support chardev hotswap");
        }
    }

    /// The device of that id, if there is one.
    public synchronized Optional<Chardev> find(String id) {
        return Optional.ofNullable(entries.get(id)).map(entry -> entry.device.device());
    }

    private synchronized void requireFree(String id) throws BlockException {
        if (entries.containsKey(id)) {
            throw taken(id);
        }
    }

    private static InvalidOptionException taken(String id) {
        return new InvalidOptionException("Chardev with id '" + id + "' already exists");
    }

    /// Lets somebody speak over a device.
    public void attach(String id, FrontEnd frontEnd) throws BlockException {
        LoggedDevice device;
        synchronized (this) {
            Entry entry = entries.get(id);
            if (entry == null) {
                throw new InvalidOptionException("chardev \"" + id + "\" not found");
            }
            if (entry.isInUse) {
                throw new BlockException(Errno.EBUSY, "Device '" + id + "' is in use");
            }
            entry.isInUse = true;
            device = entry.device;
        }
        device.attach(frontEnd);
    }

    /// Removes a device that nobody uses.
    public void remove(String id) throws BlockException {
        LoggedDevice device;
        synchronized (this) {
            Entry entry = entries.get(id);
            if (entry == null) {
                throw new InvalidOptionException("Chardev '" + id + "' not found");
            }
            if (entry.isInUse) {
                throw new BlockException(Errno.EBUSY, "Chardev '" + id + "' is busy");
            }
            entries.remove(id);
            device = entry.device;
        }
        device.close();
    }

    /// The name of the device that is the process's standard streams.
    public synchronized Optional<String> standardStream() {
        return entries.entrySet().stream()
                .filter(entry -> entry.getValue().device.device().isStandardStream())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /// What there is to know of all devices.
    public synchronized List<ChardevInfo> query() {
        List<ChardevInfo> infos = new ArrayList<>();
        entries.forEach((id, entry) ->
                infos.add(new ChardevInfo(id, entry.device.device().filename(), entry.isInUse)));
        return infos;
    }

    /// Closes all devices.
    @Override
    public void close() {
        List<Entry> left;
        synchronized (this) {
            left = new ArrayList<>(entries.values()).reversed();
            entries.clear();
        }
        left.forEach(entry -> entry.device.close());
    }
}
