package io.cairn.qmp.device;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Keyval;
import io.cairn.block.statistics.Accounting;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.event.EventHub;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// All devices, in the order of their making.
public final class Devices {
    private final BlockGraph graph;
    private final Drives drives;
    private final EventHub events;
    private final Machine machine;
    private final Globals globals = new Globals();
    private final List<Device> devices = new CopyOnWriteArrayList<>();
    private final Set<Device> leaving = new LinkedHashSet<>();
    private @Nullable Board board;
    private int nameless;
    private int builtIn;

    public Devices(BlockGraph graph, Drives drives, EventHub events, Machine machine) {
        this.graph = graph;
        this.drives = drives;
        this.events = events;
        this.machine = machine;
    }

    /// The values that devices begin with.
    public Globals globals() {
        return globals;
    }

    /// The bus on which all others depend.
    public DeviceBus root() {
        return board().root();
    }

    /// The board of the machine, which is made when it is first needed.
    private Board board() {
        Board made = board;
        if (made == null || made.type() != machine.type()) {
            made = new Board(machine.type(), this::makePart);
            board = made;
        }
        return made;
    }

    private Device makePart(
            DeviceModel model,
            String driver,
            Map<String, String> properties,
            DeviceBus bus,
            List<DeviceBus> offered) {
        Map<String, String> all = new LinkedHashMap<>(properties);
        for (Globals.Entry global : globals.of(driver)) {
            all.put(global.property(), global.value());
        }
        Device device =
                new Device(model, driver, "", builtInPath(), all, null, bus, Map.of(), offered);
        bus.add(device);
        return device;
    }

    private String builtInPath() {
        return "/machine/unattached/device[" + builtIn++ + "]";
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
        String name = DeviceModel.canonical(driver);
        DeviceModel model =
                DeviceModel.find(driver)
                        .orElseThrow(() ->
                                QmpException.generic(
                                        "'" + driver + "' is not a valid device model name"));
        String id = properties.getOrDefault("id", "");
        if (!id.isEmpty()) {
            Keyval.checkIdentifier(id);
        }
        DeviceBus bus = bus(model, name, properties.get("bus"));
        if (find(id).isPresent()) {
            throw QmpException.generic("Duplicate device ID '" + id + "'");
        }
        DeviceSettings settings = new DeviceSettings(name, this::driveFor);
        String path = id.isEmpty() ? namelessPath() : "/machine/peripheral/" + id;
        boolean isDone = false;
        try {
            settings.apply(globals.of(name));
            settings.apply(properties);
            Device device = make(model, name, id, path, settings, bus);
            if (id.isEmpty()) {
                nameless++;
            }
            isDone = true;
            return device;
        } finally {
            discard(settings.drive(), isDone);
        }
    }

    private String namelessPath() {
        return "/machine/peripheral-anon/device[" + nameless + "]";
    }

    /// Closes a drive that was made for a device which has failed.
    private void discard(@Nullable Drive drive, boolean isUsed) {
        if (!isUsed && drive != null && drive.name().isEmpty()) {
            drives.remove(drive);
        }
    }

    /// Makes a device that the machine has by itself for a drive.
    ///
    /// @param index where it is among the drives of its kind
    public Device addBoardDrive(DeviceModel model, String driver, Drive drive, int index)
            throws BlockException, QmpException {
        Board made = board();
        if (model == DeviceModel.FLOPPY) {
            made.requireFloppies();
        }
        boolean isFloppy = model == DeviceModel.FLOPPY;
        int perBus = isFloppy || machine.type() == MachineType.PC ? 2 : 1;
        String kind = isFloppy ? "floppy" : "ide";
        String prefix = isFloppy ? "floppy-bus." : "ide.";
        DeviceBus bus = made.find(prefix + index / perBus);
        if (bus == null) {
            throw QmpException.generic(
                    "machine type does not support if="
                            + kind
                            + ",bus="
                            + index / perBus
                            + ",unit="
                            + index % perBus);
        }
        DeviceSettings settings = new DeviceSettings(driver, this::driveFor);
        settings.apply(globals.of(driver));
        settings.apply(Map.of("unit", String.valueOf(index % perBus)));
        settings.setDrive(drive);
        return make(model, driver, "", builtInPath(), settings, bus);
    }

    /// Makes a serial port of the board, if it has a bus for one.
    public void addSerialPort(int index, String chardev) {
        board().addSerialPort(index, chardev);
    }

    /// Makes the flash memory of a board.
    ///
    /// @param index which one
    public Device addFlash(int index, Drive drive) throws BlockException, QmpException {
        String driver = "cfi.pflash01";
        DeviceSettings settings = new DeviceSettings(driver, this::driveFor);
        settings.apply(Map.of("name", "system.flash" + index));
        settings.setDrive(drive);
        return make(
                DeviceModel.FLASH,
                driver,
                "",
                "/machine/system.flash" + index,
                settings,
                board().root());
    }

    /// Makes a device without a name for a drive of the command line.
    public Device connect(String driver, Drive drive) throws BlockException, QmpException {
        DeviceModel model = DeviceModel.find(driver).orElseThrow();
        DeviceBus bus = bus(model, driver, null);
        DeviceSettings settings = new DeviceSettings(driver, this::driveFor);
        settings.apply(globals.of(driver));
        settings.setDrive(drive);
        Device device = make(model, driver, "", namelessPath(), settings, bus);
        nameless++;
        return device;
    }

    private Device make(
            DeviceModel model,
            String driver,
            String id,
            String path,
            DeviceSettings settings,
            DeviceBus bus)
            throws BlockException, QmpException {
        Map<String, String> properties = settings.values();
        Drive drive = settings.drive();
        boolean isAnonymous = drive == null && model.hasDrive();
        if (isAnonymous) {
            if (!model.isRemovable()) {
                throw QmpException.generic(
                        model == DeviceModel.IDE_DISK
                                ? "No drive specified"
                                : "drive property not set");
            }
            drive = drives.add("", ofDevice(properties));
        }
        boolean isDone = false;
        try {
            Map<String, String> decided =
                    new Placement(model, bus, properties, drive).decide(driver, ownerOf(bus));
            Device device =
                    new Device(
                            model,
                            driver,
                            id,
                            path,
                            properties,
                            drive,
                            bus,
                            decided,
                            offered(model, driver, id));
            if (drive != null) {
                connect(device, drive);
            }
            bus.add(device);
            devices.add(device);
            isDone = true;
            return device;
        } finally {
            discard(isAnonymous ? drive : null, isDone);
        }
    }

    // ---- buses

    /// The bus that a device gets.
    private DeviceBus bus(DeviceModel model, String driver, @Nullable String name)
            throws QmpException {
        DeviceModel.Bus needed = model.bus();
        DeviceBus bus = name == null ? board().find(needed) : board().find(name);
        if (bus == null) {
            throw QmpException.generic(
                    name == null
                            ? "No '" + needed.text() + "' bus found for device '" + driver + "'"
                            : "Bus '" + name + "' not found");
        }
        if (bus.kind() != needed) {
            throw QmpException.generic(
                    "Device '" + driver + "' can't go on " + bus.kind().text() + " bus");
        }
        return bus;
    }

    /// The device that has a bus, if it is one that users make.
    private @Nullable Device ownerOf(DeviceBus bus) {
        return ownerIn(board().root(), bus);
    }

    private static @Nullable Device ownerIn(DeviceBus above, DeviceBus bus) {
        for (Device device : above.devices()) {
            for (DeviceBus offered : device.buses()) {
                Device found = offered == bus ? device : ownerIn(offered, bus);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    /// The buses that a device offers, named after it or numbered.
    private List<DeviceBus> offered(DeviceModel model, String driver, String id) {
        DeviceModel.Bus kind = model.offers();
        return switch (kind) {
            case null -> List.of();
            case IDE -> {
                String base = id.isEmpty() ? "ide" : id;
                boolean isOld = driver.equals("piix3-ide");
                yield Board.ideBuses(base, board().count(base), isOld ? 2 : 6, isOld ? 2 : 1);
            }
            case FLOPPY -> List.of(Board.floppyBus(board().count("floppy-bus")));
            case PCI -> {
                boolean isExpress = driver.startsWith("pcie-root");
                String base = isExpress ? "pcie" : "pci";
                String name = id.isEmpty() ? base + "." + (board().count(base) + 1) : id;
                yield List.of(new DeviceBus(name, kind, isExpress ? "PCIE" : "PCI", 0));
            }
            case SCSI, USB -> {
                String base = id.isEmpty() ? kind == DeviceModel.Bus.USB ? "usb-bus" : "scsi" : id;
                String name = base + "." + board().count(base);
                yield List.of(new DeviceBus(name, kind, kind.text(), 0));
            }
            case ISA, SYSTEM -> List.of();
        };
    }

    /// The drive of a name, or a new one with the node of that name.
    private Drive driveFor(String driver, String name) throws BlockException, QmpException {
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
        Drive drive = drives.add("", Drive.Settings.OF_DEVICE);
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
        drive.backend().bindThread(thread(device));
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
                    && hostOf(device).filter(Devices::refusesThread).isPresent()) {
                throw QmpException.generic("HBA does not support iothreads");
            }
            // A disk of its own thread does not take over even a medium that is there already.
            boolean isOwn = device.model() == DeviceModel.VIRTIO_BLK && !wanted.isEmpty();
            if (isOwn || !thread(other).equals(wanted)) {
                throw QmpException.generic("Cannot change iothread of active block backend");
            }
        }
    }

    private static boolean refusesThread(Device host) {
        return host.model().offers() == DeviceModel.Bus.SCSI
                && !host.modelName().startsWith("virtio-");
    }

    /// The thread from which a device's requests come; empty for the main one.
    private String thread(Device device) {
        return hostOf(device).orElse(device).properties().getOrDefault("iothread", "");
    }

    /// The controller on which a device sits, if it is one of those here.
    private Optional<Device> hostOf(Device device) {
        DeviceBus bus = device.bus();
        return bus == null || bus.kind() == DeviceModel.Bus.PCI
                ? Optional.empty()
                : Optional.ofNullable(ownerOf(bus));
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
        DeviceBus bus = device.bus();
        if (bus != null) {
            bus.remove(device);
        }
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
