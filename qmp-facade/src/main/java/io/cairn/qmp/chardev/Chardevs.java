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
        Chardev device;
        boolean isInUse;

        Entry(Chardev device) {
            this.device = device;
        }
    }

    /// Makes a device.
    @FunctionalInterface
    public interface Maker {
        Chardev make() throws BlockException;
    }

    /// Makes a device under an id, if that is free.
    public void add(String id, Maker maker) throws BlockException {
        requireFree(id);
        Chardev device = maker.make();
        synchronized (this) {
            if (entries.putIfAbsent(id, new Entry(device)) == null) {
                return;
            }
        }
        device.close();
        requireFree(id);
    }

    /// Puts another device in the place of one that nobody uses.
    public void change(String id, Maker maker) throws BlockException {
        require(id);
        Chardev device = maker.make();
        Chardev old;
        synchronized (this) {
            Entry entry = entries.get(id);
            old = device;
            if (entry != null && !entry.isInUse) {
                old = entry.device;
                entry.device = device;
            }
        }
        old.close();
        if (old == device) {
            require(id);
        }
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
        return Optional.ofNullable(entries.get(id)).map(entry -> entry.device);
    }

    private synchronized void requireFree(String id) throws BlockException {
        if (entries.containsKey(id)) {
            throw new InvalidOptionException("Chardev with id '" + id + "' already exists");
        }
    }

    /// Lets somebody speak over a device.
    public void attach(String id, FrontEnd frontEnd) throws BlockException {
        Chardev device;
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
        Chardev device;
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

    /// What there is to know of all devices.
    public synchronized List<ChardevInfo> query() {
        List<ChardevInfo> infos = new ArrayList<>();
        entries.forEach((id, entry) ->
                infos.add(new ChardevInfo(id, entry.device.filename(), entry.isInUse)));
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
