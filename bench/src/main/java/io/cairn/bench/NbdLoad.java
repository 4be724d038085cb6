package io.cairn.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a client asks of a server, and how fast the answer should be.
///
/// @param name what it is called in the report
/// @param overQemu the least ratio of our rate to qemu-nbd's, 0 for none
/// @param overNbdkit the least ratio of our rate to nbdkit's, 0 for none
/// @param units how many requests or mebibytes one run asks for
/// @param command the client; `URI` stands for the server, `FULL` for the disk of which the servers
///   have copies
record NbdLoad(String name, double overQemu, double overNbdkit, long units, List<String> command) {
    private static final Pattern FIO_MILLIS =
            Pattern.compile("\"runtime\" : ([0-9]+),\\s+\"total_ios\" : ([1-9][0-9]*),");

    /// The loads, in a size that suits a disk of this many bytes.
    static List<NbdLoad> all(long length, boolean isQuick) {
        List<NbdLoad> all = new ArrayList<>();
        int scale = isQuick ? 1 : 4;
        for (int depth : new int[] {1, 16, 64}) {
            double goal = depth == 1 ? 1.3 : 1.5;
            int count = (depth == 1 ? 20_000 : 60_000) * scale;
            all.add(fio("read 4k depth " + depth, goal, 1, "randread", 4096, depth, count));
        }
        for (int depth : new int[] {1, 16, 64}) {
            int count = (depth == 1 ? 15_000 : 40_000) * scale;
            all.add(fio("write 4k depth " + depth, 1, 0, "randwrite", 4096, depth, count));
        }
        int mebibytes = 1024 * scale;
        all.add(fio("read 1m sequential", 1, 0, "read", 1 << 20, 16, mebibytes));
        all.add(fio("write 1m sequential", 2, 0, "write", 1 << 20, 16, mebibytes));
        for (String connections : new String[] {"1", "4"}) {
            String count = "--connections=" + connections;
            all.add(
                    new NbdLoad(
                            "nbdcopy from, " + connections,
                            1,
                            0,
                            length >> 20,
                            List.of("nbdcopy", count, "URI", "null:")));
            all.add(
                    new NbdLoad(
                            "nbdcopy to, " + connections,
                            1,
                            0,
                            length >> 20,
                            List.of("nbdcopy", count, "FULL", "URI")));
        }
        return all;
    }

    private static NbdLoad fio(
            String name,
            double overQemu,
            double overNbdkit,
            String pattern,
            int block,
            int depth,
            long count) {
        return new NbdLoad(
                name,
                overQemu,
                overNbdkit,
                count,
                List.of(
                        "fio",
                        "--name=load",
                        "--ioengine=nbd",
                        "--uri=URI",
                        "--rw=" + pattern,
                        "--bs=" + block,
                        "--iodepth=" + depth,
                        "--io_size=" + block * count,
                        "--norandommap",
                        "--randrepeat=1",
                        "--buffer_pattern=0x5a",
                        "--output-format=json"));
    }

    /// Whether the disk has other data afterwards, the same at each server.
    boolean writes() {
        return name.startsWith("write");
    }

    /// The command for one server.
    List<String> command(String uri, String full) {
        return command.stream().map(a -> a.replace("URI", uri).replace("FULL", full)).toList();
    }

    /// How many units a second a run has had.
    double rate(Run run) {
        Matcher millis = FIO_MILLIS.matcher(run.output());
        if (!command.getFirst().equals("fio")) {
            return units / run.seconds();
        }
        if (!millis.find()) {
            throw new IllegalStateException("fio says nothing of its time: " + run.output());
        }
        return Double.parseDouble(millis.group(2)) / (Double.parseDouble(millis.group(1)) / 1000);
    }
}
