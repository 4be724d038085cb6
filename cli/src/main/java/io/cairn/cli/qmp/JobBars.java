package io.cairn.cli.qmp;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonInteger;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Sizes;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Draws the progress of jobs from one answer of `query-jobs` after another: a line each with
/// identity, type and status, a bar, the part that is done, and the speed since the answer before.
///
/// Not thread-safe.
final class JobBars {
    private static final int MIN_BAR = 10;
    private static final int MAX_BAR = 40;
    private static final double NANOS = 1e9;

    private record Sample(long nanos, long current) {}

    private Map<String, Sample> before = new HashMap<>();

    /// The lines for the jobs that are not over.
    ///
    /// @param jobs an array of `JobInfo`
    /// @param nanos when it came, by a clock of any origin
    /// @param width the most characters of a line
    List<String> draw(JsonArray jobs, long nanos, int width) {
        Map<String, Sample> now = new HashMap<>();
        List<String> lines = new ArrayList<>();
        for (JsonValue value : jobs.elements()) {
            if (value instanceof JsonObject job && !isOver(job)) {
                String id = QmpClient.text(job.get("id"), "?");
                Sample sample = new Sample(nanos, number(job, "current-progress"));
                lines.add(line(id, job, speed(before.get(id), sample), width));
                now.put(id, sample);
            }
        }
        before = now;
        return lines;
    }

    /// Whether nothing more will be done for a job.
    private static boolean isOver(JsonObject job) {
        return switch (QmpClient.text(job.get("status"), "")) {
            case "aborting", "concluded", "null" -> true;
            default -> false;
        };
    }

    /// Whether a job among these moves on by itself, so that another look is worth it.
    static boolean isMoving(JsonArray jobs) {
        for (JsonValue value : jobs.elements()) {
            if (value instanceof JsonObject job) {
                switch (QmpClient.text(job.get("status"), "")) {
                    case "created", "running", "ready", "waiting", "aborting" -> {
                        return true;
                    }
                    default -> {}
                }
            }
        }
        return false;
    }

    private static @Nullable String speed(@Nullable Sample earlier, Sample later) {
        if (earlier == null || later.nanos <= earlier.nanos || later.current < earlier.current) {
            return null;
        }
        double seconds = (later.nanos - earlier.nanos) / NANOS;
        return Sizes.human(Math.round((later.current - earlier.current) / seconds)) + "/s";
    }

    private static String line(String id, JsonObject job, @Nullable String speed, int width) {
        long current = number(job, "current-progress");
        long total = number(job, "total-progress");
        // A job that has not counted yet knows no total.
        double part = total <= 0 ? 0 : Math.clamp((double) current / total, 0, 1);
        String start =
                id
                        + " "
                        + QmpClient.text(job.get("type"), "?")
                        + " "
                        + QmpClient.text(job.get("status"), "?")
                        + " ";
        String end = String.format(Locale.ROOT, " %5.1f%%", Math.floor(part * 1000) / 10);
        if (speed != null) {
            end += " " + speed;
        }
        int bar = Math.min(MAX_BAR, width - start.length() - end.length() - 2);
        String line = bar < MIN_BAR ? start.stripTrailing() + end : start + bar(part, bar) + end;
        return line.length() <= width ? line : line.substring(0, Math.max(0, width));
    }

    /// `[####....]` with so many characters between the brackets; full only when all is done.
    private static String bar(double part, int length) {
        int done = (int) (part * length);
        return "[" + "#".repeat(done) + ".".repeat(length - done) + "]";
    }

    private static long number(JsonObject job, String member) {
        return job.get(member) instanceof JsonInteger value && !value.unsigned() ? value.bits() : 0;
    }
}
