package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Keyval;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.Device;
import io.cairn.qmp.device.DeviceModel;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.device.DriveInterface;
import io.cairn.qmp.device.DriveMaker;
import io.cairn.qmp.device.DriveOptions;
import io.cairn.qmp.device.Drives;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The commands for people that there are: those of the block layer, and a few about the machine.
public final class HumanCommands {
    private static final Set<String> MODES = Set.of("retain", "read-only", "read-write");

    private final StorageService service;
    private final BlockGraph graph;
    private final Drives drives;
    private final DriveMaker maker;
    private final Qmp qmp;
    private @Nullable ImageConsole console;

    /// @param qmp carries out QMP's commands
    public HumanCommands(StorageService service, Qmp qmp) {
        this.service = service;
        this.graph = service.graph();
        this.drives = service.drives();
        this.maker = new DriveMaker(graph, drives);
        this.qmp = qmp;
    }

    /// Lets `qemu-io` be carried out.
    public void setConsole(ImageConsole newConsole) {
        console = newConsole;
    }

    /// A monitor with all commands.
    public HumanMonitor monitor() {
        HumanMonitor monitor = new HumanMonitor();
        addImageCommands(monitor);
        addLimitCommand(monitor);
        new HumanJobCommands(qmp).addTo(monitor);
        new HumanObjectCommands(service, qmp).addTo(monitor);
        new SavedStates(drives).addTo(monitor);
        addMachineCommands(monitor);
        new InfoCommands(service, qmp).addTo(monitor);
        return monitor;
    }

    private String execute(String command, JsonObject.Builder arguments)
            throws BlockException, QmpException {
        qmp.execute(command, arguments.build());
        return "";
    }

    private static JsonObject.Builder arguments() {
        return JsonObject.builder();
    }

    // ---- drives and images

    private void addImageCommands(HumanMonitor monitor) {
        monitor.add(
                HumanCommand.of(
                        "commit",
                        "device:device",
                        "device|all",
                        "commit changes to the disk images (if -snapshot is used) or backing files",
                        HumanCommand.plainly(words -> commit(words.get("device")))));
        monitor.add(
                HumanCommand.of(
                        "qemu-io",
                        "-d device:device command:text",
                        "[-d] [device] \"[command]\"",
                        "run a qemu-io command on a block device\n"
                                + "\t\t\t-d: [device] is a device ID rather than a drive ID or node"
                                + " name",
                        this::examine));
        monitor.add(
                HumanCommand.of(
                        "block_resize",
                        "device:device size:size",
                        "device size",
                        "resize a block image",
                        words ->
                                execute(
                                        "block_resize",
                                        arguments()
                                                .put("device", words.get("device"))
                                                .put("size", words.number("size")))));
        monitor.add(
                HumanCommand.of(
                        "drive_add",
                        "-n pci_addr:text opts:text",
                        """
                        [-n] [[<domain>:]<bus>:]<slot>
                        [file=file][,if=type][,bus=n]
                        [,unit=m][,media=d][,index=i]
                        [,snapshot=on|off][,cache=on|off]
                        [,readonly=on|off][,copy-on-read=on|off]\
                        """,
                        "add drive to PCI storage controller",
                        HumanCommand.plainly(this::addDrive)));
        monitor.add(
                HumanCommand.of(
                        "drive_del",
                        "id:device",
                        "device",
                        "remove host block device",
                        HumanCommand.plainly(words -> removeDrive(words.get("id")))));
        monitor.add(
                HumanCommand.of(
                        "eject",
                        "-f device:device",
                        "[-f] device",
                        "eject a removable medium (use -f to force it)",
                        words ->
                                execute(
                                        "eject",
                                        arguments()
                                                .put("device", words.get("device"))
                                                .put("force", words.has('f')))));
        monitor.add(
                HumanCommand.of(
                        "change",
                        "device:device -f target:file format:text? mode:text?",
                        "device [-f] filename [format [read-only-mode]]",
                        "change a removable medium, optional format, use -f to force the operation",
                        this::change));
        monitor.add(
                HumanCommand.of(
                        "snapshot_blkdev",
                        "-n device:device file:text? format:text?",
                        "[-n] device [new-image-file] [format]",
                        """
                        initiates a live snapshot
                        \t\t\tof device. If a new image file is specified, the
                        \t\t\tnew image file will become the new root image.
                        \t\t\tIf format is specified, the snapshot file will
                        \t\t\tbe created in that format.
                        \t\t\tThe default format is qcow2.  The -n flag requests QEMU
                        \t\t\tto reuse the image found in new-image-file, instead of
                        \t\t\trecreating it from scratch.\
                        """,
                        this::snapshot));
        monitor.add(
                HumanCommand.of(
                        "snapshot_blkdev_internal",
                        "device:device name:text",
                        "device name",
                        """
                        take an internal snapshot of device.
                        \t\t\tThe format of the image used by device must
                        \t\t\tsupport it, such as qcow2.
                        \t\t\t\
                        """,
                        words ->
                                execute(
                                        "blockdev-snapshot-internal-sync",
                                        arguments()
                                                .put("device", words.get("device"))
                                                .put("name", words.get("name")))));
        monitor.add(
                HumanCommand.of(
                        "snapshot_delete_blkdev_internal",
                        "device:device name:text id:text?",
                        "device name [id]",
                        """
                        delete an internal snapshot of device.
                        \t\t\tIf id is specified, qemu will try delete
                        \t\t\tthe snapshot matching both id and name.
                        \t\t\tThe format of the image used by device must
                        \t\t\tsupport it, such as qcow2.
                        \t\t\t\
                        """,
                        this::deleteSnapshot));
    }

    private void addLimitCommand(HumanMonitor monitor) {
        monitor.add(
                HumanCommand.of(
                        "block_set_io_throttle",
                        "device:device bps:number bps_rd:number bps_wr:number"
                                + " iops:number iops_rd:number iops_wr:number",
                        "device bps bps_rd bps_wr iops iops_rd iops_wr",
                        "change I/O throttle limits for a block drive",
                        this::limit));
    }

    private String commit(String name) throws BlockException, QmpException {
        if (name.equals("all")) {
            for (Drive drive : drives.all()) {
                BlockNode medium = drive.medium();
                if (medium != null && medium.backing() != null) {
                    commit(drive);
                }
            }
            return "";
        }
        Drive drive = drives.find(name).orElse(null);
        if (drive == null) {
            throw QmpException.generic("Device '" + name + "' not found");
        }
        if (drive.medium() == null) {
            throw QmpException.generic("Device '" + name + "' has no medium");
        }
        commit(drive);
        return "";
    }

    private void commit(Drive drive) throws BlockException, QmpException {
        try {
            new HumanCommit(graph).run(drive.backend());
        } catch (BlockException e) {
            throw QmpException.generic(
                    "'commit' error for '" + drive.name() + "': " + e.errno().text());
        }
    }

    private String examine(Words words) throws BlockException, QmpException {
        String name = words.get("device");
        String command = words.get("command");
        ImageConsole open = console;
        if (open == null) {
            throw QmpException.generic("qemu-io is not available here");
        }
        Optional<Drive> drive = words.has('d') ? drives.findByDevice(name) : drives.find(name);
        if (words.has('d') && drive.isEmpty()) {
            throw QmpException.generic("Device '" + name + "' not found");
        }
        if (drive.isPresent()) {
            return open.execute(drive.get().backend(), command);
        }
        BlockNode node = BlockJob.findNode(graph, name);
        return open.executeAndClose(
                graph.newBackend("", node, Permissions.NONE, Permissions.ALL), command);
    }

    private String addDrive(Words words) throws BlockException, QmpException {
        String text = words.get("opts");
        if (words.has('n')) {
            JsonObject node = Keyval.parseOpts(text, null).toOptions().unflatten();
            if (node.get("node-name") == null) {
                throw QmpException.generic("'node-name' needs to be specified");
            }
            graph.add(OpenRequest.of(Keyval.parseOpts(text, null).toOptions()).writable());
            return "";
        }
        DriveOptions options = DriveOptions.parse(text, DriveInterface.IDE, false);
        if (options.type() != DriveInterface.NONE) {
            throw QmpException.generic("Can't hot-add drive to type " + options.type().ordinal());
        }
        maker.make(options);
        return "OK\n";
    }

    private String removeDrive(String id) throws BlockException, QmpException {
        Drive drive = drives.find(id).orElse(null);
        if (drive == null) {
            BlockNode node = graph.find(id).orElse(null);
            if (node == null) {
                throw QmpException.generic("Device '" + id + "' not found");
            }
            graph.remove(id);
            return "";
        }
        BlockNode medium = drive.medium();
        if (medium != null) {
            medium.requireUnblocked("drive-del");
            drive.remove();
        }
        Device device = drive.device();
        if (device == null) {
            drives.remove(drive);
        } else {
            drives.forget(drive);
        }
        return "";
    }

    private String change(Words words) throws BlockException, QmpException {
        JsonObject.Builder arguments =
                arguments()
                        .put("device", words.get("device"))
                        .put("filename", words.get("target"))
                        .put("force", words.has('f'));
        String format = words.find("format");
        if (format != null) {
            arguments.put("format", format);
        }
        String mode = words.find("mode");
        if (mode != null) {
            if (!MODES.contains(mode)) {
                throw QmpException.generic("invalid parameter value: " + mode);
            }
            arguments.put("read-only-mode", mode);
        }
        return execute("blockdev-change-medium", arguments);
    }

    private String snapshot(Words words) throws BlockException, QmpException {
        String device = words.get("device");
        String file = words.find("file");
        if (file == null) {
            throw QmpException.generic("Parameter 'snapshot-file' is missing");
        }
        String format = words.find("format");
        return execute(
                "blockdev-snapshot-sync",
                arguments()
                        .put("device", device)
                        .put("snapshot-file", file)
                        .put("format", format == null ? "qcow2" : format)
                        .put("mode", words.has('n') ? "existing" : "absolute-paths"));
    }

    private String deleteSnapshot(Words words) throws BlockException, QmpException {
        JsonObject.Builder arguments =
                arguments().put("device", words.get("device")).put("name", words.get("name"));
        String id = words.find("id");
        if (id != null) {
            arguments.put("id", id);
        }
        return execute("blockdev-snapshot-delete-internal-sync", arguments);
    }

    private String limit(Words words) throws BlockException, QmpException {
        String device = words.get("device");
        String key = drives.find(device).isPresent() ? "device" : "id";
        JsonObject.Builder arguments = arguments().put(key, device);
        for (String limit :
                new String[] {"bps", "bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr"}) {
            arguments.put(limit, words.number(limit));
        }
        return execute("block_set_io_throttle", arguments);
    }

    // ---- the machine

    private void addMachineCommands(HumanMonitor monitor) {
        addPlain(monitor, "quit|q", "quit the emulator", "quit");
        addPlain(monitor, "stop|s", "stop emulation", "stop");
        addPlain(monitor, "cont|c", "resume emulation", "cont");
        addPlain(monitor, "system_reset", "reset the system", "system_reset");
        addPlain(monitor, "system_powerdown", "send system power down event", "system_powerdown");
        addPlain(monitor, "system_wakeup", "wakeup guest from suspend", "system_wakeup");
        monitor.add(
                HumanCommand.of(
                        "device_add",
                        "device:text?",
                        "driver[,prop=value][,...]",
                        "add device, like -device on the command line",
                        this::addDevice));
        monitor.add(
                HumanCommand.of(
                        "device_del",
                        "id:text",
                        "device",
                        "remove device",
                        words -> execute("device_del", arguments().put("id", words.get("id")))));
    }

    private String addDevice(Words words) throws BlockException, QmpException {
        Map<String, String> properties = new LinkedHashMap<>();
        String text = words.find("device");
        if (text != null) {
            if (DeviceModel.isHelpAsked(text)) {
                return String.join("\n", DeviceModel.helpFor(text)) + "\n";
            }
            for (Keyval.Pair pair : Keyval.parseOpts(text, "driver").pairs()) {
                properties.put(pair.key(), pair.value());
            }
        }
        service.devices().add(properties);
        return "";
    }

    private void addPlain(HumanMonitor monitor, String names, String help, String command) {
        monitor.add(HumanCommand.of(names, "", "", help, _ -> execute(command, arguments())));
    }
}
