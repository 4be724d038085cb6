package io.cairn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A running server of one disk.
final class NbdServerProcess implements AutoCloseable {
    private static final int START_SECONDS = 20;

    private final NbdProgram program;
    private final Path disk;
    private final Path socket;
    private final Process process;

    private NbdServerProcess(NbdProgram program, Path disk, Path socket, Process process) {
        this.program = program;
        this.disk = disk;
        this.socket = socket;
        this.process = process;
    }

    /// Starts a server and waits until it listens.
    static NbdServerProcess start(NbdProgram program, String launcher, Path disk, String format)
            throws IOException, InterruptedException {
        Path socket = disk.resolveSibling(disk.getFileName() + ".sock");
        List<String> command = program.command(launcher, disk, format, socket);
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(socket)) {
            if (process.waitFor(5, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IOException(program.title() + " did not start");
            }
        }
        return new NbdServerProcess(program, disk, socket, process);
    }

    NbdProgram program() {
        return program;
    }

    Path disk() {
        return disk;
    }

    Path socket() {
        return socket;
    }

    long pid() {
        return process.pid();
    }

    String uri() {
        return "nbd+unix:///?socket=" + socket;
    }

    /// The processor time that it has used so far.
    double cpuSeconds() throws IOException {
        return new ServerProcess(process).cpuSeconds();
    }

    /// The most memory that was resident, in bytes.
    long peakBytes() throws IOException {
        return new ServerProcess(process).peakBytes();
    }

    /// Ends the server, at the latest when it has been asked in vain for a while.
    @Override
    public void close() throws IOException {
        new ServerProcess(process).end();
        Files.deleteIfExists(socket);
    }
}
