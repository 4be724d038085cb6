package io.cairn.qmp.device;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.JsonObject;
import io.cairn.qmp.command.ErrorClass;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.event.EventHub;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// All drives, in the order of their making.
public final class Drives {
    private final BlockGraph graph;
    private final EventHub events;
    private final Consumer<BlockNode> leaving;
    private final List<Drive> drives = new CopyOnWriteArrayList<>();

    /// @param leaving is told of the medium of a drive before that is taken away
    public Drives(BlockGraph graph, EventHub events, Consumer<BlockNode> leaving) {
        this.graph = graph;
        this.events = events;
        this.leaving = leaving;
    }

    /// Makes a drive without a medium.
    ///
    /// @param name empty for one that is known by its device alone
    public Drive add(String name, Drive.Settings settings) throws BlockException {
        Drive drive =
                new Drive(
                        graph,
                        name.isEmpty() ? graph.newBackend() : graph.devices().add(name),
                        settings);
        drives.add(drive);
        return drive;
    }

    /// Takes a drive away, with what it holds; the jobs on its medium are cancelled.
    public void remove(Drive drive) {
        BlockNode medium = drive.medium();
        if (medium != null) {
            leaving.accept(medium);
        }
        drives.remove(drive);
        drive.close();
    }

    /// Takes a drive's name away, which its device goes on using without a medium.
    public void forget(Drive drive) {
        drives.remove(drive);
        graph.devices().remove(drive.backend());
    }

    /// All of them.
    public List<Drive> all() {
        return List.copyOf(drives);
    }

    /// The drive of that name.
    public Optional<Drive> find(String name) {
        return drives.stream()
                .filter(drive -> !name.isEmpty() && drive.name().equals(name))
                .findFirst();
    }

    /// The drive of the device of that name or path.
    public Optional<Drive> findByDevice(String id) {
        return drives.stream()
                .filter(drive -> {
                    Device device = drive.device();
                    return device != null && device.isMeantBy(id);
                })
                .findFirst();
    }

    /// The drive that a command names in one of two ways.
    ///
    /// @param name its own name
    /// @param id that of its device
    public Drive require(@Nullable String name, @Nullable String id) throws QmpException {
        if ((name == null) == (id == null)) {
            throw QmpException.generic("Need exactly one of 'device' and 'id'");
        }
        Optional<Drive> found = name != null ? find(name) : findByDevice(String.valueOf(id));
        return found.orElseThrow(() -> notFound(name != null ? name : String.valueOf(id)));
    }

    static QmpException notFound(String name) {
        return new QmpException(ErrorClass.DEVICE_NOT_FOUND, "Device '" + name + "' not found");
    }

    /// Opens or closes the tray of a device, if that changes anything.
    public void moveTray(Device device, boolean open) {
        if (!device.model().hasTray() || device.isTrayOpen() == open) {
            return;
        }
        device.setTrayOpen(open);
        Drive drive = device.drive();
        JsonObject data =
                JsonObject.builder()
                        .put("device", drive == null ? "" : drive.name())
                        .put("id", device.ownerName())
                        .put("tray-open", open)
                        .build();
        events.emit("DEVICE_TRAY_MOVED", data);
    }

    /// Takes all away, newest first.
    public void close() {
        for (Drive drive : all().reversed()) {
            remove(drive);
        }
    }
}
