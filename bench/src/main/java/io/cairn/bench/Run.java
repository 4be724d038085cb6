package io.cairn.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One run of a program as a whole process.
///
/// @param seconds wall time from the start to the end
/// @param cpuSeconds processor time of the process itself
/// @param peakBytes the most memory that was resident, sampled
/// @param status the exit status
/// @param output what it printed on standard output
record Run(double seconds, double cpuSeconds, long peakBytes, int status, String output) {
    /// Runs a command to its end; what it prints on standard error is shown.
    static Run of(List<String> command, Path directory) throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "out", ".txt");
        try {
            long start = System.nanoTime();
            Process process =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            long peak = 0;
            double cpu = 0;
            while (!process.waitFor(2, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, peakOf(process.pid()));
                cpu =
                        Math.max(
                                cpu,
                                process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos()
                                        / 1e9);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Run(
                    seconds,
                    cpu,
                    peak,
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
        }
    }

    /// The peak that the kernel keeps for a process, 0 where it does not tell.
    private static long peakOf(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException e) {
            // The process has ended between two looks.
            return 0;
        }
        return 0;
    }
}
