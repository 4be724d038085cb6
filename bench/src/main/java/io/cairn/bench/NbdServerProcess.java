package io.cairn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A running server of one disk.
final class NbdServerProcess implements AutoCloseable {
    /// The kernel's unit for processor time in `/proc`.
    private static final double TICKS_PER_SECOND = 100;

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
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_PER_SECOND;
    }

    /// The most memory that was resident, in bytes.
    long peakBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        return 0;
    }

    /// Ends the server, at the latest when it has been asked in vain for a while.
    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, START_SECONDS, TimeUnit.SECONDS)
                .thenAccept(Process::destroyForcibly)
                .join();
        Files.deleteIfExists(socket);
    }
}
