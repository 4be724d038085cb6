package io.cairn.bench;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A storage daemon, ours or the peer's, driven over its QMP socket. It serves until it is closed,
/// and jobs run in it one after the other.
final class JobDaemon implements AutoCloseable {
    private static final int START_SECONDS = 20;
    private static final Pattern OFFSET = Pattern.compile("\\{.*\"offset\": ([0-9]+).*\\}");

    private final String title;
    private final Path exports;
    private final Process process;
    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).limit(0);

    /// What came while something else was waited for.
    private final List<String> events = new ArrayList<>();

    private JobDaemon(String title, Path exports, Process process, SocketChannel channel) {
        this.title = title;
        this.exports = exports;
        this.process = process;
        this.channel = channel;
    }

    /// Starts a daemon in a directory and waits until it answers.
    ///
    /// @param title names it and its sockets
    /// @param program what comes before its options
    static JobDaemon start(String title, List<String> program, Path directory)
            throws IOException, InterruptedException {
        Path monitor = directory.resolve(title + ".qmp");
        Path exports = directory.resolve(title + ".nbd");
        List<String> command = new ArrayList<>(program);
        command.add("--chardev");
        command.add("socket,id=c,path=" + monitor.getFileName() + ",server=on,wait=off");
        command.add("--monitor");
        command.add("chardev=c");
        command.add("--nbd-server");
        command.add("addr.type=unix,addr.path=" + exports.getFileName());
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        SocketChannel channel = connect(title, process, monitor);
        JobDaemon daemon = new JobDaemon(title, exports, process, channel);
        daemon.await("QMP");
        daemon.execute("qmp_capabilities", "");
        return daemon;
    }

    private static SocketChannel connect(String title, Process process, Path socket)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(socket));
            } catch (IOException e) {
                if (process.waitFor(5, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                    process.destroyForcibly();
                    throw new IOException(title + " did not start", e);
                }
            }
        }
    }

    String title() {
        return title;
    }

    /// Where {@link #export} can be connected to.
    Path socket() {
        return exports;
    }

    // ---- nodes

    /// Opens the nodes of a job.
    void open(JobDisks disks) throws IOException {
        for (JobDisks.NodeFile node : disks.nodes()) {
            String backing = node.backing().isEmpty() ? "null" : "'" + node.backing() + "'";
            String file = "{'driver':'file','discard':'unmap','filename':'" + node.file() + "'}";
            execute(
                    "blockdev-add",
                    "'driver':'"
                            + node.format()
                            + "','node-name':'"
                            + node.node()
                            + "','discard':'unmap','file':"
                            + file
                            + (node.format().equals("raw") ? "" : ",'backing':" + backing));
        }
    }

    /// Closes the nodes of a job.
    void close(JobDisks disks) throws IOException {
        for (JobDisks.NodeFile node : disks.nodes().reversed()) {
            execute("blockdev-del", "'node-name':'" + node.node() + "'");
        }
    }

    /// Serves a node to writers, under its own name.
    void export(String node) throws IOException {
        execute(
                "block-export-add",
                "'type':'nbd','id':'export','writable':true,'node-name':'"
                        + node
                        + "','name':'"
                        + node
                        + "'");
    }

    /// Ends what {@link #export} began.
    void endExport() throws IOException {
        execute("block-export-del", "'id':'export','mode':'hard'");
        await("BLOCK_EXPORT_DELETED");
    }

    // ---- jobs

    /// Runs a job to its end; returns the seconds that it took.
    double run(JobKind kind) throws IOException {
        long start = System.nanoTime();
        begin(kind, "");
        if (kind == JobKind.MIRROR) {
            await("BLOCK_JOB_READY");
            execute("block-job-cancel", "'device':'j'");
        }
        String end = await("BLOCK_JOB_COMPLETED");
        double seconds = (System.nanoTime() - start) / 1e9;
        if (end.contains("\"error\"")) {
            throw new IOException(end);
        }
        await("\"null\"");
        return seconds;
    }

    /// Begins a job. What has been told of those before it is dropped.
    ///
    /// @param further arguments, each after a comma
    void begin(JobKind kind, String further) throws IOException {
        events.clear();
        String pair = "'job-id':'j','device':'source','target':'target','sync':'full'";
        switch (kind) {
            case MIRROR -> execute("blockdev-mirror", pair + further);
            case BACKUP -> execute("blockdev-backup", pair + further);
            case COMMIT ->
                    execute(
                            "block-commit",
                            "'job-id':'j','device':'top','top-node':'middle','base-node':'base'");
            case STREAM -> execute("block-stream", "'job-id':'j','device':'top'");
        }
    }

    /// The bytes that the job has done; -1 if it is over, or in step with its source.
    long done() throws IOException {
        Matcher offset = OFFSET.matcher(execute("query-block-jobs", ""));
        return offset.find() && !offset.group().contains("\"ready\": true")
                ? Long.parseLong(offset.group(1))
                : -1;
    }

    /// Ends the job, unless it is over.
    void cancel() throws IOException {
        if (!execute("query-jobs", "").contains("\"id\"")) {
            return;
        }
        execute("block-job-cancel", "'device':'j','force':true");
        await("\"null\"");
    }

    // ---- the monitor

    /// Carries out a command; returns the line of its reply.
    private String execute(String command, String arguments) throws IOException {
        String text =
                ("{'execute':'" + command + "','arguments':{" + arguments + "}}\n")
                        .replace('\'', '"');
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return await("\"return\"");
    }

    /// Takes the next line that contains a text.
    private String await(String text) throws IOException {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).contains(text)) {
                String found = events.get(i);
                events.subList(0, i + 1).clear();
                return found;
            }
        }
        while (true) {
            String line = readLine();
            if (line.contains("\"desc\"")) {
                throw new IOException(title + ": " + line);
            }
            if (line.contains(text)) {
                return line;
            }
            events.add(line);
        }
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            while (buffer.hasRemaining()) {
                char c = (char) buffer.get();
                if (c == '\n') {
                    return line.toString();
                }
                line.append(c);
            }
            buffer.clear();
            int n = channel.read(buffer);
            buffer.flip();
            if (n < 0) {
                throw new IOException(title + " has ended");
            }
        }
    }

    /// The most memory that was resident, in bytes.
    long peakBytes() throws IOException {
        return new ServerProcess(process).peakBytes();
    }

    @Override
    public void close() throws IOException {
        new ServerProcess(process).end();
        channel.close();
    }
}
