package io.cairn.bench;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The peer's storage daemon with the nodes of a job, driven over its QMP socket.
final class PeerDaemon implements AutoCloseable {
    private static final String SOCKET = "qmp";

    private final Process process;
    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).limit(0);

    PeerDaemon(Path directory, JobDisks disks) throws IOException, InterruptedException {
        Path socket = directory.resolve(SOCKET);
        Files.deleteIfExists(socket);
        List<String> command = new ArrayList<>();
        command.add("qemu-storage-daemon");
        for (JobDisks.NodeFile node : disks.nodes()) {
            command.add("--blockdev");
            command.add(option(node));
        }
        command.add("--chardev");
        command.add("socket,id=c,path=" + SOCKET + ",server=on,wait=off");
        command.add("--monitor");
        command.add("chardev=c");
        process = new ProcessBuilder(command).directory(directory.toFile()).inheritIO().start();
        channel = connect(socket);
        await("QMP");
        execute("qmp_capabilities", "");
        await("return");
    }

    private static String option(JobDisks.NodeFile node) {
        String option =
                "driver="
                        + node.format()
                        + ",node-name="
                        + node.node()
                        + ",discard=unmap,file.driver=file,file.filename="
                        + node.file();
        return node.backing().isEmpty() ? option : option + ",backing=" + node.backing();
    }

    private SocketChannel connect(Path socket) throws IOException, InterruptedException {
        while (process.isAlive()) {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(socket));
            } catch (IOException e) {
                Thread.sleep(5);
            }
        }
        throw new IOException("the peer's daemon has ended");
    }

    /// Runs a job to its end; returns the seconds that it took.
    double run(JobKind kind) throws IOException {
        long start = System.nanoTime();
        switch (kind) {
            case MIRROR -> execute("blockdev-mirror", pair());
            case BACKUP -> execute("blockdev-backup", pair());
            case COMMIT ->
                    execute(
                            "block-commit",
                            "'job-id':'j','device':'top','top-node':'middle','base-node':'base'");
            case STREAM -> execute("block-stream", "'job-id':'j','device':'top'");
        }
        if (kind == JobKind.MIRROR) {
            await("BLOCK_JOB_READY");
            execute("block-job-cancel", "'device':'j'");
        }
        String end = await("BLOCK_JOB_COMPLETED");
        await("\"concluded\"");
        double seconds = (System.nanoTime() - start) / 1e9;
        if (end.contains("\"error\"")) {
            throw new IOException(end);
        }
        return seconds;
    }

    private static String pair() {
        return "'job-id':'j','device':'source','target':'target','sync':'full'";
    }

    private void execute(String command, String arguments) throws IOException {
        String text =
                ("{'execute':'" + command + "','arguments':{" + arguments + "}}\n")
                        .replace('\'', '"');
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Reads lines until one contains a text, and returns it.
    private String await(String text) throws IOException {
        while (true) {
            String line = readLine();
            if (line.contains("\"desc\"")) {
                throw new IOException(line);
            }
            if (line.contains(text)) {
                return line;
            }
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
                throw new IOException("the peer's daemon has ended");
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            execute("quit", "");
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            process.destroy();
            channel.close();
        }
    }
}
