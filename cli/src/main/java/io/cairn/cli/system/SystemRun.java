package io.cairn.cli.system;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Keyval;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Signals;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.daemon.HeapWatch;
import io.cairn.cli.daemon.Launcher;
import io.cairn.cli.daemon.PidFile;
import io.cairn.cli.daemon.StandardStream;
import io.cairn.cli.image.Images;
import io.cairn.cli.io.IoConsole;
import io.cairn.job.scheduler.JobState;
import io.cairn.qmp.chardev.PtyChardev;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.daemon.StorageDaemon;
import io.cairn.qmp.device.DeviceModel;
import io.cairn.qmp.device.DriveInterface;
import io.cairn.qmp.device.DriveMaker;
import io.cairn.qmp.device.DriveOptions;
import io.cairn.qmp.device.MachineType;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One run: makes what the options ask for, kind by kind, and serves until it is told to quit.
final class SystemRun {
    private static final List<String> DRIVES =
            List.of("drive", "hda", "hdb", "hdc", "hdd", "cdrom", "fda", "fdb", "sd");

    /// What stands before the id of a character device that is there already.
    private static final String EXISTING = "chardev:";

    /// What stands before a device that a monitor is to use as well.
    private static final String SHARED = "mon:";

    private final Invocation invocation;
    private final Images images;
    private final List<PidFile> pids = new ArrayList<>();
    private final StorageDaemon daemon;
    private final StorageService service;
    private final DriveMaker maker;
    private final List<Connected> connected = new ArrayList<>();
    private List<SystemOption> options = List.of();
    private int monitors;
    private int serials;
    private boolean isApart;
    private @Nullable MachineClock clock;
    private @Nullable Tester tester;

    /// A drive for which the machine makes a device.
    private record Connected(DriveMaker.Made made, SystemOption option) {}

    SystemRun(Invocation invocation, Images images) {
        this.invocation = invocation;
        this.images = images;
        images.graph().serveMachine();
        daemon = new StorageDaemon(images.graph());
        daemon.setAfterCommand(HeapWatch.ofProcess()::look);
        service = daemon.service();
        maker = new DriveMaker(service.graph(), service.drives());
    }

    void run() throws ToolException {
        options = SystemCommandLine.parse(invocation.arguments());
        for (SystemOption option : options) {
            if (SystemHelp.answer(option, invocation, images.graph())) {
                return;
            }
        }
        isApart = hasFlag("daemonize");
        if (isApart && hasFlag("nographic") && !hasFlag("display")) {
            throw ToolException.of("-nographic cannot be used with -daemonize");
        }
        StandardStream standard = new StandardStream(System.in, invocation.out());
        if (!isApart) {
            service.chardevFactory().setStandardStream(standard);
        }
        daemon.setAnnouncer(standard::announce);
        IoConsole console = new IoConsole(invocation, images);
        daemon.setConsole(console);
        clock = isUnderTest() ? new MachineClock(images.graph(), console) : null;
        for (String signal : new String[] {"TERM", "INT", "HUP"}) {
            Signals.onSignal(signal, () -> service.end("host-signal"));
        }
        try {
            start();
            writePidFile();
            daemon.start();
            if (isApart) {
                Launcher.release(false);
            }
            service.awaitQuit();
        } catch (InterruptedException e) {
            throw ToolException.of("interrupted");
        } finally {
            close();
        }
    }

    private void close() throws ToolException {
        // The machine stops before its disks are closed.
        service.jobs().pauseOnce(EnumSet.of(JobState.RUNNING));
        daemon.close(new Messages(invocation)::unwritten);
        if (tester != null) {
            tester.close();
        }
        try {
            for (PidFile pid : pids) {
                pid.close();
            }
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private void writePidFile() throws ToolException {
        for (SystemOption option : options) {
            if (option.name().equals("pidfile")) {
                try {
                    pids.add(PidFile.write(option.value()));
                } catch (BlockException e) {
                    throw ToolException.of("cannot create PID file", e);
                }
            }
        }
    }

    // ---- making what is asked for

    /// Makes something, or fails with a message that does not name the option.
    @FunctionalInterface
    private interface Step {
        void make(SystemOption option) throws BlockException, QmpException, ToolException;
    }

    private void start() throws ToolException {
        each(List.of("machine", "M", "accel", "name", "uuid", "S"), this::setMachine);
        if (options.stream().noneMatch(o -> o.name().equals("machine") || o.name().equals("M"))) {
            service.machine().setType(MachineType.PC);
        }
        each(List.of("no-reboot", "no-shutdown", "action"), this::setActions);
        each(List.of("global"), option -> service.devices().globals().add(option.value()));
        each(List.of("add-fd"), option -> InheritedDescriptor.add(option.value()));
        each(List.of("object"), option -> addObject(option.value()));
        each(List.of("chardev"), option -> addChardev(option.value()));
        each(List.of("qtest"), this::connectTester);
        each(List.of("blockdev"), option -> daemon.addNode(option.value()));
        each(DRIVES, this::addDrive);
        addStandardDrives();
        each(List.of("mon", "qmp", "qmp-pretty", "monitor"), this::addMonitor);
        each(List.of("serial"), this::addSerialPort);
        addBoardDevices();
        addVirtioDevices();
        each(List.of("device"), option -> service.devices().add(properties(option.value())));
        for (String warning : service.devices().globals().warnings()) {
            new Messages(invocation).warning(warning);
        }
    }

    private void each(List<String> names, Step step) throws ToolException {
        for (SystemOption option : options) {
            if (names.contains(option.name())) {
                make(option, step);
            }
        }
    }

    private static void make(SystemOption option, Step step) throws ToolException {
        try {
            step.make(option);
        } catch (BlockException e) {
            throw ToolException.of(option.shown(), e);
        } catch (QmpException e) {
            throw ToolException.of(option.shown() + ": " + e.getMessage());
        }
    }

    private void setActions(SystemOption option) throws BlockException, QmpException {
        daemon.setActions(
                switch (option.name()) {
                    case "no-reboot" -> "reboot=shutdown";
                    case "no-shutdown" -> "shutdown=pause";
                    default -> option.value();
                });
    }

    private void setMachine(SystemOption option) throws BlockException, QmpException {
        String value = option.value();
        switch (option.name()) {
            case "machine", "M" -> {
                String type = Keyval.parseOpts(value, "type").get("type");
                if (type == null) {
                    service.machine().setType(MachineType.PC);
                    return;
                }
                service.machine()
                        .setType(
                                MachineType.find(type)
                                        .orElseThrow(() ->
                                                new InvalidOptionException(
                                                        "unsupported machine type")));
            }
            case "accel" -> {
                String accelerator = Keyval.parseOpts(value, "accel").get("accel");
                // There is no processor that any of them would run.
                if (accelerator == null || !Set.of("qtest", "tcg", "kvm").contains(accelerator)) {
                    throw QmpException.generic("invalid accelerator " + accelerator);
                }
            }
            case "name" -> {
                String name = Keyval.parseOpts(value, "guest").get("guest");
                service.machine().setName(name == null ? "" : name);
            }
            case "uuid" -> service.machine().setUuid(value);
            default -> service.machine().startPaused();
        }
    }

    private void addObject(String text) throws InvalidOptionException, ToolException {
        try {
            images.addObject(text);
        } catch (ToolException e) {
            if (e.getMessage().isEmpty()) {
                throw e;
            }
            throw new InvalidOptionException(e.getMessage());
        }
    }

    /// Connects whoever steps the clock of a machine under test.
    private void connectTester(SystemOption option) throws BlockException, ToolException {
        String text = DeviceName.chardev(option.value(), "qtest");
        if (text != null) {
            addChardev(text);
            Tester made = new Tester(testLog(), clock);
            tester = made;
            service.chardevs().attach("qtest", made::serve);
        }
    }

    private boolean isUnderTest() {
        return options.stream()
                .anyMatch(o -> o.name().equals("accel") && o.value().equals("qtest"));
    }

    /// Where machines under test write what their testers say, and others if they are told to; null
    /// for nowhere.
    private @Nullable PrintStream testLog() {
        String file = isUnderTest() ? "none" : null;
        for (SystemOption option : options) {
            if (option.name().equals("qtest-log")) {
                file = option.value();
            }
        }
        if (file == null || file.equals("none")) {
            return file == null ? null : invocation.err();
        }
        try {
            return new PrintStream(file, StandardCharsets.UTF_8);
        } catch (IOException _) {
            // As with the peer, a machine runs without its log.
            return null;
        }
    }

    // ---- drives

    private boolean hasFlag(String name) {
        return options.stream().anyMatch(option -> option.name().equals(name));
    }

    private void addDrive(SystemOption option) throws BlockException {
        String file = "file=" + option.value().replace(",", ",,");
        String text =
                switch (option.name()) {
                    case "hda" -> "index=0,media=disk," + file;
                    case "hdb" -> "index=1,media=disk," + file;
                    case "hdc" -> "index=2,media=disk," + file;
                    case "hdd" -> "index=3,media=disk," + file;
                    case "cdrom" -> "index=2,media=cdrom," + file;
                    case "fda" -> "if=floppy,index=0," + file;
                    case "fdb" -> "if=floppy,index=1," + file;
                    case "sd" -> "if=sd,index=0," + file;
                    default -> option.value();
                };
        addDrive(text, option);
    }

    private void addDrive(String text, SystemOption option) throws BlockException {
        DriveOptions given = DriveOptions.parse(text, DriveInterface.IDE, hasFlag("snapshot"));
        connected.add(new Connected(maker.make(given), option));
    }

    /// The drives that a machine has unless it is told not to.
    private void addStandardDrives() throws ToolException {
        if (hasFlag("nodefaults") || service.machine().type() == MachineType.NONE) {
            return;
        }
        if (!hasDevice("ide-cd", "ide-hd", "scsi-cd", "scsi-hd")) {
            addIfFree(DriveInterface.IDE, 2, "index=2,media=cdrom");
        }
        if (!hasDevice("isa-fdc", "floppy")) {
            addIfFree(DriveInterface.FLOPPY, 0, "if=floppy,index=0");
        }
        addIfFree(DriveInterface.SD, 0, "if=sd,index=0");
    }

    /// Whether the command line makes a device of one of the models, or speaks of those that there
    /// would be.
    private boolean hasDevice(String... models) throws ToolException {
        List<String> wanted = List.of(models);
        for (String model : models) {
            if (service.devices().globals().isAbout(model)) {
                return true;
            }
        }
        for (SystemOption option : options) {
            try {
                if (option.name().equals("device")
                        && wanted.contains(properties(option.value()).getOrDefault("driver", ""))) {
                    return true;
                }
            } catch (InvalidOptionException e) {
                throw ToolException.of(option.shown(), e);
            }
        }
        return false;
    }

    private void addIfFree(DriveInterface type, int index, String text) throws ToolException {
        boolean isTaken =
                connected.stream()
                        .anyMatch(c ->
                                c.made().options().type() == type && c.made().index() == index);
        if (!isTaken) {
            make(new SystemOption("drive", text), option -> addDrive(text, option));
        }
    }

    /// The devices that the machine has for its IDE, floppy and flash drives.
    private void addBoardDevices() throws ToolException {
        if (service.machine().type() == MachineType.NONE) {
            return;
        }
        List<Connected> inOrder = new ArrayList<>(connected);
        inOrder.sort(Comparator.comparingInt(drive -> drive.made().index()));
        for (Connected drive : inOrder) {
            DriveMaker.Made made = drive.made();
            try {
                switch (made.options().type()) {
                    case IDE -> {
                        boolean isCdrom = made.options().isCdrom();
                        addBoardDevice(
                                isCdrom ? DeviceModel.IDE_CD : DeviceModel.IDE_DISK,
                                isCdrom ? "ide-cd" : "ide-hd",
                                made);
                    }
                    case FLOPPY -> addBoardDevice(DeviceModel.FLOPPY, "floppy", made);
                    case PFLASH -> service.devices().addFlash(made.index(), made.drive());
                    case NONE, SCSI, MTD, SD, VIRTIO, XEN -> {}
                }
            } catch (BlockException e) {
                throw ToolException.of(e);
            } catch (QmpException e) {
                throw ToolException.of(e.getMessage());
            }
        }
    }

    private void addBoardDevice(DeviceModel model, String driver, DriveMaker.Made made)
            throws BlockException, QmpException {
        service.devices().addBoardDrive(model, driver, made.drive(), made.index());
    }

    private void addVirtioDevices() throws ToolException {
        for (Connected drive : connected) {
            if (drive.made().options().type() == DriveInterface.VIRTIO) {
                make(
                        drive.option(),
                        _ -> service.devices().connect("virtio-blk-pci", drive.made().drive()));
            }
        }
    }

    private static Map<String, String> properties(String text) throws InvalidOptionException {
        Map<String, String> properties = new LinkedHashMap<>();
        if (text.startsWith("{")) {
            JsonObject object = Json.parseObject(text);
            object.members()
                    .forEach((name, value) -> {
                        String shown =
                                value instanceof JsonBoolean bool
                                        ? (bool.value() ? "on" : "off")
                                        : value.asText();
                        properties.put(name, shown);
                    });
            return properties;
        }
        for (Keyval.Pair pair : Keyval.parseOpts(text, "driver").pairs()) {
            properties.put(pair.key(), pair.value());
        }
        return properties;
    }

    // ---- monitors

    private void addMonitor(SystemOption option) throws BlockException, ToolException {
        if (option.name().equals("mon")) {
            daemon.addMonitor(option.value(), "readline", true);
            return;
        }
        String value = option.value();
        String id = "compat_monitor" + monitors++;
        if (value.startsWith(EXISTING)) {
            id = value.substring(EXISTING.length());
        } else {
            String text = deviceText(option, value, id, "parse error: " + value);
            if (text == null) {
                return;
            }
            addChardev(text);
        }
        String mode =
                switch (option.name()) {
                    case "qmp" -> ",mode=control";
                    case "qmp-pretty" -> ",mode=control,pretty=on";
                    default -> ",mode=readline";
                };
        daemon.addMonitor("chardev=" + id + mode, "readline", true);
    }

    /// The text that makes a device; null if there is to be none.
    ///
    /// @param complaint what is said last if there is no such device
    private @Nullable String deviceText(
            SystemOption option, String value, String id, String complaint) throws ToolException {
        try {
            return DeviceName.chardev(value, id);
        } catch (ToolException e) {
            throw twice(option, e.getMessage(), complaint);
        }
    }

    /// A failure of which is said first what it is, and then what it is bad for.
    private ToolException twice(SystemOption option, String first, String complaint) {
        if (!first.isEmpty()) {
            new Messages(invocation).error(option.shown() + ": " + first);
        }
        return ToolException.of(option.shown() + ": " + complaint);
    }

    /// A serial port: nobody reads what comes, and nothing goes out. One that is to share its line
    /// with a monitor leaves it to that.
    private void addSerialPort(SystemOption option) throws ToolException {
        String value = option.value();
        int index = serials++;
        String id = "serial" + index;
        boolean isMonitor = value.startsWith(SHARED);
        String plain = isMonitor ? value.substring(SHARED.length()) : value;
        String complaint = "could not connect serial device to character backend '" + value + "'";
        try {
            if (value.startsWith(EXISTING)) {
                id = value.substring(EXISTING.length());
                if (service.chardevs().find(id).isEmpty()) {
                    throw twice(option, "", complaint);
                }
            } else {
                String text = deviceText(option, plain, id, complaint);
                if (text == null) {
                    return;
                }
                addChardev(text);
            }
            if (isMonitor) {
                daemon.addMonitor("chardev=" + id + ",mode=readline", "readline", true);
            } else if (service.machine().type() != MachineType.NONE) {
                service.chardevs().attach(id, SerialPort::serve);
                service.devices().addSerialPort(index, id);
            }
        } catch (BlockException e) {
            throw twice(option, e.getMessage(), complaint);
        }
    }

    /// Tells the user where a terminal is.
    private void addChardev(String text) throws BlockException {
        if (daemon.addChardev(text) instanceof PtyChardev pty) {
            String line = "char device redirected to " + pty.terminal();
            invocation.out().print(line + " (label " + pty.id() + ")\n");
            invocation.out().flush();
        }
    }
}
