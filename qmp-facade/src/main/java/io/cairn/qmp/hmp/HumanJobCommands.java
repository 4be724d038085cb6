package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonObject;
import io.cairn.qmp.command.QmpException;

/// The commands for people that start and steer block jobs.
final class HumanJobCommands {
    private final Qmp qmp;

    HumanJobCommands(Qmp qmp) {
        this.qmp = qmp;
    }

    private String execute(String command, JsonObject.Builder arguments)
            throws BlockException, QmpException {
        qmp.execute(command, arguments.build());
        return "";
    }

    private static JsonObject.Builder device(Words words) {
        return JsonObject.builder().put("device", words.get("device"));
    }

    void addTo(HumanMonitor monitor) {
        addCopies(monitor);
        monitor.add(
                HumanCommand.of(
                        "block_stream",
                        "device:device speed:size? base:text?",
                        "device [speed [base]]",
                        "copy data from a backing file into a block device",
                        this::stream));
        monitor.add(
                HumanCommand.of(
                        "block_job_set_speed",
                        "device:device speed:size",
                        "device speed",
                        "set maximum speed for a background block operation",
                        words ->
                                execute(
                                        "block-job-set-speed",
                                        device(words).put("speed", words.number("speed")))));
        monitor.add(
                HumanCommand.of(
                        "block_job_cancel",
                        "-f device:device",
                        "[-f] device",
                        """
                        stop an active background block operation (use -f
                        \t\t\t if you want to abort the operation immediately
                        \t\t\t instead of keep running until data is in sync)\
                        """,
                        words ->
                                execute(
                                        "block-job-cancel",
                                        device(words).put("force", words.has('f')))));
        addPlain(monitor, "complete", "stop an active background block operation");
        addPlain(monitor, "pause", "pause an active background block operation");
        addPlain(monitor, "resume", "resume a paused background block operation");
    }

    private void addPlain(HumanMonitor monitor, String verb, String help) {
        monitor.add(
                HumanCommand.of(
                        "block_job_" + verb,
                        "device:device",
                        "device",
                        help,
                        words -> execute("block-job-" + verb, device(words))));
    }

    private void addCopies(HumanMonitor monitor) {
        monitor.add(
                HumanCommand.of(
                        "drive_mirror",
                        "-n -f device:device target:text format:text?",
                        "[-n] [-f] device target [format]",
                        """
                        initiates live storage
                        \t\t\tmigration for a device. The device's contents are
                        \t\t\tcopied to the new image file, including data that
                        \t\t\tis written after the command is started.
                        \t\t\tThe -n flag requests QEMU to reuse the image found
                        \t\t\tin new-image-file, instead of recreating it from scratch.
                        \t\t\tThe -f flag requests QEMU to copy the whole disk,
                        \t\t\tso that the result does not need a backing file.\
                        """,
                        words -> copy("drive-mirror", words)));
        monitor.add(
                HumanCommand.of(
                        "drive_backup",
                        "-n -f -c device:device target:text format:text?",
                        "[-n] [-f] [-c] device target [format]",
                        """
                        initiates a point-in-time
                        \t\t\tcopy for a device. The device's contents are
                        \t\t\tcopied to the new image file, excluding data that
                        \t\t\tis written after the command is started.
                        \t\t\tThe -n flag requests QEMU to reuse the image found
                        \t\t\tin new-image-file, instead of recreating it from scratch.
                        \t\t\tThe -f flag requests QEMU to copy the whole disk,
                        \t\t\tso that the result does not need a backing file.
                        \t\t\tThe -c flag requests QEMU to compress backup data
                        \t\t\t(if the target format supports it).\
                        """,
                        words -> copy("drive-backup", words)));
    }

    private String stream(Words words) throws BlockException, QmpException {
        JsonObject.Builder arguments = device(words).put("on-error", "report");
        if (words.find("speed") != null) {
            arguments.put("speed", words.number("speed"));
        }
        String base = words.find("base");
        if (base != null) {
            arguments.put("base", base);
        }
        return execute("block-stream", arguments);
    }

    private String copy(String command, Words words) throws BlockException, QmpException {
        JsonObject.Builder arguments =
                device(words)
                        .put("target", words.get("target"))
                        .put("sync", words.has('f') ? "full" : "top")
                        .put("mode", words.has('n') ? "existing" : "absolute-paths");
        if (words.has('c')) {
            arguments.put("compress", true);
        }
        String format = words.find("format");
        if (format != null) {
            arguments.put("format", format);
        }
        return execute(command, arguments);
    }
}
