package io.cairn.cli.img;

import io.cairn.block.option.Sizes;
import io.cairn.block.spi.SnapshotInfo;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// The table of an image's internal snapshots.
final class SnapshotTable {
    private static final String ROW = "%-9s %-16s %8s%20s%13s%11s\n";
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private SnapshotTable() {}

    /// Appends the heading and a line for each snapshot; times are in the zone of the process.
    static void append(StringBuilder out, List<SnapshotInfo> snapshots) {
        DateTimeFormatter date = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
        row(out, "ID", "TAG", "VM SIZE", "DATE", "VM CLOCK", "ICOUNT");
        for (SnapshotInfo snapshot : snapshots) {
            row(
                    out,
                    snapshot.id(),
                    snapshot.name(),
                    Sizes.human(snapshot.vmStateSize()),
                    date.format(
                            LocalDateTime.ofInstant(
                                    Instant.ofEpochSecond(snapshot.dateSeconds()),
                                    ZoneId.systemDefault())),
                    clock(snapshot.vmClockNanos()),
                    snapshot.icount() < 0 ? "" : Long.toString(snapshot.icount()));
        }
    }

    private static void row(StringBuilder out, Object... cells) {
        out.append(String.format(Locale.ROOT, ROW, cells));
    }

    private static String clock(long nanos) {
        long millis = nanos / NANOS_PER_MILLI;
        long seconds = millis / 1000;
        return String.format(
                Locale.ROOT,
                "%02d:%02d:%02d.%03d",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60,
                millis % 1000);
    }
}
