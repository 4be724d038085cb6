package io.cairn.qmp.device;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.JsonObject;
import io.cairn.block.statistics.Accounting;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.event.EventHub;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// All devices, in the order of their making.
public final class Devices {
    private final BlockGraph graph;
    private final Drives drives;
    private final EventHub events;
    private final Machine machine;
    private final List<Device> devices = new CopyOnWriteArrayList<>();
    private final Set<Device> leaving = new LinkedHashSet<>();
    private int nameless;
    private int builtIn;

    public Devices(BlockGraph graph, Drives drives, EventHub events, Machine machine) {
        this.graph = graph;
        this.drives = drives;
        this.events = events;
        this.machine = machine;
    }

    /// All of them.
    public List<Device> all() {
        return List.copyOf(devices);
    }

    /// The device of that name or path.
    public Optional<Device> find(String id) {
        return devices.stream()
                .filter(device ->
                        !id.isEmpty() && (device.id().equals(id) || device.path().equals(id)))
                .findFirst();
    }

    // ---- making

    /// Makes a device.
    ///
    /// @param properties among them `driver`, the model
    public Device add(Map<String, String> properties) throws BlockException, QmpException {
        String driver = properties.get("driver");
        if (driver == null) {
            throw QmpException.generic("Parameter 'driver' is missing");
        }
        DeviceModel model =
                DeviceModel.find(driver)
                        .orElseThrow(() ->
                                QmpException.generic(
                                        "'" + driver + "' is not a valid device model name"));
        requireBus(model, driver, properties.get("bus"));
        String id = properties.getOrDefault("id", "");
        if (find(id).isPresent()) {
            throw QmpException.generic("Duplicate device ID '" + id + "'");
        }
        for (String property : properties.keySet()) {
            if (!model.knows(property)) {
                throw QmpException.generic("Property '" + driver + "." + property + "' not found");
            }
        }
        String path =
                id.isEmpty()
                        ? "/machine/peripheral-anon/device[" + nameless + "]"
                        : "/machine/peripheral/" + id;
        Device device =
                make(
                        model,
                        driver,
                        id,
                        path,
                        properties,
                        model.hasDrive() ? drive(model, driver, properties) : null);
        if (id.isEmpty()) {
            nameless++;
        }
        return device;
    }

    /// Makes a device that the machine has by itself for a drive.
    public Device addBuiltIn(
            DeviceModel model, String driver, Drive drive, Map<String, String> properties)
            throws BlockException, QmpException {
        String path = "/machine/unattached/device[" + builtIn++ + "]";
        return make(model, driver, "", path, properties, drive);
    }

    /// Makes the flash memory of a board.
    ///
    /// @param index which one
    public Device addFlash(int index, Drive drive) throws BlockException, QmpException {
        String driver = "cfi.pflash01";
        return make(
                DeviceModel.FLASH,
                driver,
                "",
                "/machine/system.flash" + index,
                Map.of("driver", driver, "drive", drive.name()),
                drive);
    }

    /// Makes a device without a name for a drive of the command line.
    public Device connect(String driver, Drive drive) throws BlockException, QmpException {
        DeviceModel model = DeviceModel.find(driver).orElseThrow();
        requireBus(model, driver, null);
        Device device =
                make(
                        model,
                        driver,
                        "",
                        "/machine/peripheral-anon/device[" + nameless + "]",
                        Map.of("driver", driver, "drive", drive.name()),
                        drive);
        nameless++;
        return device;
    }

    private Device make(
            DeviceModel model,
            String driver,
            String id,
            String path,
            Map<String, String> properties,
            @Nullable Drive drive)
            throws BlockException, QmpException {
        boolean isOwn = drive != null && drive.name().isEmpty();
        Device device = new Device(model, driver, id, path, properties, drive);
        boolean isDone = false;
        try {
            if (drive != null) {
                connect(device, drive);
            }
            isDone = true;
        } finally {
            if (!isDone && isOwn) {
                drives.remove(Objects.requireNonNull(drive));
            }
        }
        devices.add(device);
        return device;
    }

    private void requireBus(DeviceModel model, String driver, @Nullable String bus)
            throws QmpException {
        DeviceModel.Bus needed = model.bus();
        if (bus != null) {
            boolean isBuiltIn = machine.type().buses().contains(bus);
            String owner = bus.replaceFirst("\\.\\d+$", "");
            if (!isBuiltIn && find(owner).filter(d -> d.model().offers() != null).isEmpty()) {
                throw QmpException.generic("Bus '" + bus + "' not found");
            }
            return;
        }
        boolean isOffered =
                machine.type().offers(needed)
                        || devices.stream().anyMatch(d -> d.model().offers() == needed);
        if (!isOffered) {
            String name = needed == DeviceModel.Bus.VIRTIO ? "PCI" : needed.text();
            throw QmpException.generic("No '" + name + "' bus found for device '" + driver + "'");
        }
    }

    /// The drive that a device is to own.
    private Drive drive(DeviceModel model, String driver, Map<String, String> properties)
            throws BlockException, QmpException {
        String name = properties.get("drive");
        if (name == null) {
            if (!model.isRemovable()) {
                throw QmpException.generic("drive property not set");
            }
            return drives.add("", ofDevice(properties));
        }
        Drive named = drives.find(name).orElse(null);
        if (named != null) {
            requireFree(named);
            return named;
        }
        BlockNode node =
                graph.find(name)
                        .orElseThrow(() ->
                                QmpException.generic(
                                        "Property '"
                                                + driver
                                                + ".drive' can't find value '"
                                                + name
                                                + "'"));
        Drive drive = drives.add("", ofDevice(properties));
        boolean isDone = false;
        try {
            drive.insert(node);
            isDone = true;
        } finally {
            if (!isDone) {
                drives.remove(drive);
            }
        }
        return drive;
    }

    private static void requireFree(Drive drive) throws QmpException {
        if (drive.device() == null) {
            return;
        }
        throw QmpException.generic(
                "Drive '"
                        + drive.name()
                        + "' is already in use "
                        + (drive.settings().isConnected()
                                ? "because it has been automatically connected to another device"
                                        + " (did you need 'if=none' in the drive options?)"
                                : "by another device"));
    }

    private static Drive.Settings ofDevice(Map<String, String> properties)
            throws InvalidOptionException {
        return Drive.Settings.OF_DEVICE.withStatistics(
                new Accounting.Settings(
                        isOn(properties, "account-invalid", true),
                        isOn(properties, "account-failed", true),
                        List.of()));
    }

    private static boolean isOn(Map<String, String> properties, String name, boolean absent)
            throws InvalidOptionException {
        String text = properties.get(name);
        return switch (text) {
            case null -> absent;
            case "on", "true", "yes", "y" -> true;
            case "off", "false", "no", "n" -> false;
            case "auto" -> absent;
            default ->
                    throw new InvalidOptionException(
                            "Parameter '" + name + "' expects 'on' or 'off'");
        };
    }

    private void connect(Device device, Drive drive) throws BlockException, QmpException {
        DeviceModel model = device.model();
        BlockNode medium = drive.medium();
        if (medium == null && !model.isRemovable()) {
            throw QmpException.generic("Device needs media, but drive is empty");
        }
        if (model == DeviceModel.IDE_DISK && medium != null && medium.isReadOnly()) {
            throw QmpException.generic("Block node is read-only");
        }
        requireThread(device, medium);
        Map<String, String> properties = device.properties();
        Permissions needed = Permissions.of(Permission.CONSISTENT_READ);
        boolean isRom = model == DeviceModel.FLASH && medium != null && medium.isReadOnly();
        if (!model.readsOnly() && !isRom) {
            needed = needed.plus(Permission.WRITE);
        }
        Permissions shared = Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED);
        if (model.bearsResize()) {
            shared = shared.plus(Permission.RESIZE);
        }
        if (isOn(properties, "share-rw", false)) {
            shared = shared.plus(Permission.WRITE);
        }
        drive.connect(device, needed, shared);
        drive.setPolicies(
                policy(properties, "rerror", drive.settings().readError()),
                policy(properties, "werror", drive.settings().writeError()));
        if (properties.containsKey("write-cache")) {
            boolean isWriteThrough = drive.settings().writeThrough();
            drive.backend().setWriteThrough(!isOn(properties, "write-cache", !isWriteThrough));
        }
    }

    private static ErrorPolicy policy(
            Map<String, String> properties, String name, ErrorPolicy absent) throws QmpException {
        String text = properties.get(name);
        if (text == null) {
            return absent;
        }
        return ErrorPolicy.find(text)
                .orElseThrow(() ->
                        QmpException.generic(
                                "Parameter '" + name + "' does not accept value '" + text + "'"));
    }

    // ---- threads

    /// Refuses a device whose requests would come from another thread than those of a device that
    /// has the same medium.
    private void requireThread(Device device, @Nullable BlockNode medium) throws QmpException {
        String wanted = thread(device);
        for (Device other : devices) {
            Drive drive = other.drive();
            if (medium == null || drive == null || drive.medium() != medium) {
                continue;
            }
            if (!thread(other).isEmpty()
                    && hostOf(device).filter(h -> !bearsThread(h)).isPresent()) {
                throw QmpException.generic("HBA does not support iothreads");
            }
            // A disk of its own thread does not take over even a medium that is there already.
            boolean isOwn = device.model() == DeviceModel.VIRTIO_BLK && !wanted.isEmpty();
            if (isOwn || !thread(other).equals(wanted)) {
                throw QmpException.generic("Cannot change iothread of active block backend");
            }
        }
    }

    private static boolean bearsThread(Device host) {
        return host.modelName().startsWith("virtio-");
    }

    /// The thread from which a device's requests come; empty for the main one.
    private String thread(Device device) {
        return hostOf(device).orElse(device).properties().getOrDefault("iothread", "");
    }

    /// The controller on which a device sits, if it is one of those here.
    private Optional<Device> hostOf(Device device) {
        DeviceModel.Bus bus = device.model().bus();
        String named = device.properties().get("bus");
        String owner = named == null ? null : named.replaceFirst("\\.\\d+$", "");
        return devices.stream()
                .filter(d -> d.model().offers() == bus && bus != DeviceModel.Bus.PCI)
                .filter(d -> owner == null || d.id().equals(owner))
                .findFirst();
    }

    // ---- taking away

    /// Asks a device to go, which one that needs the guest's consent does at the next reset.
    public void remove(String id) throws QmpException {
        Device device = find(id).orElseThrow(() -> Drives.notFound(id));
        if (!device.model().waitsForGuest() || machine.type() == MachineType.NONE) {
            take(device);
            return;
        }
        if (!leaving.add(device)) {
            throw QmpException.generic("Device " + id + " is already in the process of unplug");
        }
    }

    /// Takes away what waits for the guest.
    public void reset() {
        for (Device device : new ArrayList<>(leaving)) {
            leaving.remove(device);
            take(device);
        }
    }

    private void take(Device device) {
        devices.remove(device);
        Drive drive = device.drive();
        if (device.model().hasInnerPart()) {
            deleted("", device.ownerName());
        }
        if (drive != null) {
            drives.remove(drive);
        }
        deleted(device.id(), device.path());
    }

    private void deleted(String id, String path) {
        JsonObject.Builder data = JsonObject.builder();
        if (!id.isEmpty()) {
            data.put("device", id);
        }
        events.emit("DEVICE_DELETED", data.put("path", path).build());
    }
}
