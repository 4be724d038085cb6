package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.DeviceModel;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The commands `info …`.
final class InfoCommands {
    private final StorageService service;
    private final Qmp qmp;

    InfoCommands(StorageService service, Qmp qmp) {
        this.service = service;
        this.qmp = qmp;
    }

    void addTo(HumanMonitor monitor) {
        monitor.addInfo(
                HumanCommand.of(
                        "block",
                        "-n -v device:text?",
                        "[-n] [-v] [device]",
                        "show info of one block device or all block devices"
                                + " (-n: show named nodes; -v: show details)",
                        this::block));
        monitor.addInfo(
                HumanCommand.of(
                        "blockstats", "", "", "show block device statistics", _ -> figures()));
        monitor.addInfo(
                HumanCommand.of(
                        "block-jobs",
                        "",
                        "",
                        "show progress of ongoing block device operations",
                        _ -> jobs()));
        monitor.addInfo(
                HumanCommand.of(
                        "qtree", "", "", "show device tree", _ -> TreeText.of(service.devices())));
        monitor.addInfo(
                HumanCommand.of(
                        "status",
                        "",
                        "",
                        "show the current VM status (running|paused)",
                        _ -> status()));
        monitor.addInfo(HumanCommand.of("name", "", "", "show the current VM name", _ -> name()));
        monitor.addInfo(
                HumanCommand.of(
                        "uuid",
                        "",
                        "",
                        "show the current VM UUID",
                        _ -> service.machine().uuid() + "\n"));
        monitor.addInfo(
                HumanCommand.of("chardev", "", "", "show the character devices", _ -> chardevs()));
        monitor.addInfo(HumanCommand.of("iothreads", "", "", "show iothreads", _ -> threads()));
        monitor.addInfo(
                HumanCommand.of(
                        "snapshots",
                        "",
                        "",
                        "show the currently saved VM snapshots",
                        _ -> SavedStates.NO_DEVICE + "\n"));
        monitor.addInfo(
                HumanCommand.of(
                        "qdm",
                        "",
                        "",
                        "show qdev device model list",
                        _ -> String.join("\n", DeviceModel.help()) + "\n"));
        monitor.addInfo(
                HumanCommand.of("version", "", "", "show the version of QEMU", _ -> version()));
    }

    private List<JsonValue> list(String command) throws BlockException, QmpException {
        return BlockText.elements(qmp.execute(command, JsonObject.EMPTY));
    }

    private String block(Words words) throws BlockException, QmpException {
        String name = words.find("device");
        StringBuilder out = new StringBuilder();
        if (!words.has('n')) {
            append(out, list("query-block"), name, "device", words.has('v'));
            if (name == null || !out.isEmpty()) {
                return out.toString();
            }
        }
        append(out, list("query-named-block-nodes"), name, "node-name", words.has('v'));
        return out.toString();
    }

    /// Shows what goes by a name, or all; what is not the first of all has an empty line before it.
    private static void append(
            StringBuilder out,
            List<JsonValue> all,
            @Nullable String name,
            String key,
            boolean isVerbose) {
        boolean isFirst = true;
        for (JsonValue value : all) {
            JsonObject info = (JsonObject) value;
            boolean isWanted =
                    name == null
                            || BlockText.text(info, key).equals(name)
                            || (key.equals("device") && BlockText.text(info, "qdev").equals(name));
            if (isWanted) {
                out.append(isFirst ? "" : "\n");
                out.append(key.equals("device") ? BlockText.drive(info) : BlockText.node(info));
                if (isVerbose) {
                    ImageText.append(out, info);
                }
            }
            isFirst = false;
        }
    }

    private String figures() throws BlockException, QmpException {
        StringBuilder out = new StringBuilder();
        for (JsonValue value : list("query-blockstats")) {
            out.append(BlockText.figures((JsonObject) value));
        }
        return out.toString();
    }

    private String jobs() throws BlockException, QmpException {
        StringBuilder out = new StringBuilder();
        for (JsonValue value : list("query-block-jobs")) {
            out.append(BlockText.job((JsonObject) value));
        }
        return out.isEmpty() ? "No active jobs\n" : out.toString();
    }

    private String chardevs() throws BlockException, QmpException {
        StringBuilder out = new StringBuilder();
        for (JsonValue value : list("query-chardev")) {
            JsonObject info = (JsonObject) value;
            out.append(BlockText.text(info, "label"))
                    .append(": filename=")
                    .append(BlockText.text(info, "filename"))
                    .append('\n');
        }
        return out.toString();
    }

    private String threads() throws BlockException, QmpException {
        StringBuilder out = new StringBuilder();
        for (JsonValue value : list("query-iothreads")) {
            JsonObject info = (JsonObject) value;
            out.append(BlockText.text(info, "id")).append(":\n");
            for (String name :
                    List.of(
                            "thread-id",
                            "poll-max-ns",
                            "poll-grow",
                            "poll-shrink",
                            "aio-max-batch")) {
                String shown = name.equals("thread-id") ? "thread_id" : name;
                out.append("  ")
                        .append(shown)
                        .append('=')
                        .append(BlockText.number(info, name))
                        .append('\n');
            }
        }
        return out.toString();
    }

    private String status() {
        return service.machine().isRunning()
                ? "VM status: running\n"
                : "VM status: paused"
                        + (service.machine().state().equals("paused")
                                ? ""
                                : " (" + service.machine().state() + ")")
                        + "\n";
    }

    private String name() {
        String name = service.machine().name();
        return name.isEmpty() ? "" : name + "\n";
    }

    private String version() throws BlockException, QmpException {
        JsonObject version = (JsonObject) qmp.execute("query-version", JsonObject.EMPTY);
        JsonObject numbers = (JsonObject) version.members().getOrDefault("qemu", version);
        return BlockText.number(numbers, "major")
                + "."
                + BlockText.number(numbers, "minor")
                + "."
                + BlockText.number(numbers, "micro")
                + BlockText.text(version, "package")
                + "\n";
    }
}
