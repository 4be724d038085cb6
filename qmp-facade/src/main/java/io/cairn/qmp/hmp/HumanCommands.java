package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Keyval;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.Device;
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

/// The commands for people that there are: those of the block layer, and a few about the machine.
public final class HumanCommands {
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
        addJobCommands(monitor);
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
                        "device|all",
                        "",
                        "commit changes to the disk images (if -snapshot is used) or backing files",
                        HumanCommand.plainly(words -> commit(words.required("device")))));
        monitor.add(
                HumanCommand.of(
                        "qemu-io",
                        "[-d] [device] \"[command]\"",
                        "d",
                        "run a qemu-io command on a block device",
                        this::examine));
        monitor.add(
                HumanCommand.of(
                        "block_resize",
                        "device size",
                        "",
                        "resize a block image",
                        words -> {
                            String device = words.required("device");
                            Long size = words.optionalSize();
                            return execute(
                                    "block_resize",
                                    arguments()
                                            .put("device", device)
                                            .put("size", size == null ? 0 : size));
                        }));
        monitor.add(
                HumanCommand.of(
                        "drive_add",
                        "[-n] [[<domain>:]<bus>:]<slot> [file=file][,if=type][,...]",
                        "n",
                        "add drive to PCI storage controller",
                        HumanCommand.plainly(this::addDrive)));
        monitor.add(
                HumanCommand.of(
                        "drive_del",
                        "device",
                        "",
                        "remove host block device",
                        HumanCommand.plainly(words -> removeDrive(words.required("id")))));
        monitor.add(
                HumanCommand.of(
                        "eject",
                        "[-f] device",
                        "f",
                        "eject a removable medium (use -f to force it)",
                        words ->
                                execute(
                                        "eject",
                                        arguments()
                                                .put("device", words.required("device"))
                                                .put("force", words.has('f')))));
        monitor.add(
                HumanCommand.of(
                        "change",
                        "device filename [format [read-only-mode]]",
                        "",
                        "change a removable medium, optional format",
                        this::change));
        monitor.add(
                HumanCommand.of(
                        "snapshot_blkdev",
                        "[-n] device [new-image-file] [format]",
                        "n",
                        "initiates a live snapshot of device, using device as the new root",
                        this::snapshot));
        monitor.add(
                HumanCommand.of(
                        "block_set_io_throttle",
                        "device bps bps_rd bps_wr iops iops_rd iops_wr",
                        "",
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
        String name = words.required("device");
        StringBuilder command = new StringBuilder();
        for (String word : words.rest()) {
            command.append(command.isEmpty() ? "" : " ").append(word);
        }
        ImageConsole open = console;
        if (open == null) {
            throw QmpException.generic("qemu-io is not available here");
        }
        Optional<Drive> drive = words.has('d') ? drives.findByDevice(name) : drives.find(name);
        if (words.has('d') && drive.isEmpty()) {
            throw QmpException.generic("Device '" + name + "' not found");
        }
        if (drive.isPresent()) {
            return open.execute(drive.get().backend(), command.toString());
        }
        BlockNode node = BlockJob.findNode(graph, name);
        try (BlockBackend backend = graph.newBackend("", node, Permissions.NONE, Permissions.ALL)) {
            return open.execute(backend, command.toString());
        }
    }

    private String addDrive(Words words) throws BlockException, QmpException {
        words.required("pci_addr");
        String text = words.required("opts");
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
                        .put("device", words.required("device"))
                        .put("filename", words.required("target"));
        String format = words.optional();
        if (format != null) {
            arguments.put("format", format);
        }
        String mode = words.optional();
        if (mode != null) {
            arguments.put("read-only-mode", mode);
        }
        return execute("blockdev-change-medium", arguments);
    }

    private String snapshot(Words words) throws BlockException, QmpException {
        String device = words.required("device");
        String file = words.optional();
        if (file == null) {
            throw QmpException.generic("Parameter 'snapshot-file' is missing");
        }
        String format = words.optional();
        return execute(
                "blockdev-snapshot-sync",
                arguments()
                        .put("device", device)
                        .put("snapshot-file", file)
                        .put("format", format == null ? "qcow2" : format)
                        .put("mode", words.has('n') ? "existing" : "absolute-paths"));
    }

    private String limit(Words words) throws BlockException, QmpException {
        String device = words.required("device");
        String key = drives.find(device).isPresent() ? "device" : "id";
        JsonObject.Builder arguments = arguments().put(key, device);
        for (String limit :
                new String[] {"bps", "bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr"}) {
            Long value = words.optionalNumber();
            arguments.put(limit, value == null ? 0 : value);
        }
        return execute("block_set_io_throttle", arguments);
    }

    // ---- jobs

    private void addJobCommands(HumanMonitor monitor) {
        monitor.add(
                HumanCommand.of(
                        "drive_mirror",
                        "[-n] [-f] device target [format]",
                        "nf",
                        "initiates live storage migration for a device",
                        words -> copy("drive-mirror", words)));
        monitor.add(
                HumanCommand.of(
                        "drive_backup",
                        "[-n] [-f] [-c] device target [format]",
                        "nfc",
                        "initiates a point-in-time copy for a device",
                        words -> copy("drive-backup", words)));
        monitor.add(
                HumanCommand.of(
                        "block_stream",
                        "device [speed [base]]",
                        "",
                        "copy data from a backing file into a block device",
                        words -> {
                            JsonObject.Builder arguments =
                                    arguments()
                                            .put("device", words.required("device"))
                                            .put("on-error", "report");
                            Long speed = words.optionalNumber();
                            String base = words.optional();
                            if (speed != null) {
                                arguments.put("speed", speed);
                            }
                            if (base != null) {
                                arguments.put("base", base);
                            }
                            return execute("block-stream", arguments);
                        }));
        monitor.add(
                HumanCommand.of(
                        "block_job_set_speed",
                        "device speed",
                        "",
                        "set maximum speed for a background block operation",
                        words -> {
                            String device = words.required("device");
                            Long speed = words.optionalNumber();
                            return execute(
                                    "block-job-set-speed",
                                    arguments()
                                            .put("device", device)
                                            .put("speed", speed == null ? 0 : speed));
                        }));
        monitor.add(
                HumanCommand.of(
                        "block_job_cancel",
                        "[-f] device",
                        "f",
                        "stop an active background block operation",
                        words ->
                                execute(
                                        "block-job-cancel",
                                        arguments()
                                                .put("device", words.required("device"))
                                                .put("force", words.has('f')))));
        for (String verb : new String[] {"complete", "pause", "resume"}) {
            monitor.add(
                    HumanCommand.of(
                            "block_job_" + verb,
                            "device",
                            "",
                            verb + " a background block operation",
                            words ->
                                    execute(
                                            "block-job-" + verb,
                                            arguments().put("device", words.required("device")))));
        }
    }

    private String copy(String command, Words words) throws BlockException, QmpException {
        JsonObject.Builder arguments =
                arguments()
                        .put("device", words.required("device"))
                        .put("target", words.required("target"))
                        .put("sync", words.has('f') ? "full" : "top")
                        .put("mode", words.has('n') ? "existing" : "absolute-paths");
        if (words.has('c')) {
            arguments.put("compress", true);
        }
        String format = words.optional();
        if (format != null) {
            arguments.put("format", format);
        }
        return execute(command, arguments);
    }

    // ---- the machine

    private void addMachineCommands(HumanMonitor monitor) {
        addPlain(monitor, "quit|q", "quit the emulator", "quit");
        addPlain(monitor, "stop|s", "stop emulation", "stop");
        addPlain(monitor, "cont|c", "resume emulation", "cont");
        addPlain(monitor, "system_reset", "reset the system", "system_reset");
        monitor.add(
                HumanCommand.of(
                        "device_add",
                        "driver[,prop=value][,...]",
                        "",
                        "add device, like -device on the command line",
                        words -> {
                            Map<String, String> properties = new LinkedHashMap<>();
                            String text = words.required("device");
                            for (Keyval.Pair pair : Keyval.parseOpts(text, "driver").pairs()) {
                                properties.put(pair.key(), pair.value());
                            }
                            service.devices().add(properties);
                            return "";
                        }));
        monitor.add(
                HumanCommand.of(
                        "device_del",
                        "device",
                        "",
                        "remove device",
                        words ->
                                execute(
                                        "device_del",
                                        arguments().put("id", words.required("id")))));
    }

    private void addPlain(HumanMonitor monitor, String names, String help, String command) {
        monitor.add(HumanCommand.of(names, "", "", help, _ -> execute(command, arguments())));
    }
}
