package io.cairn.bench;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A thing that both programs do.
///
/// @param name what it is called in the report
/// @param goal the least ratio of the peer's time to ours, 0 for none
/// @param theirs the peer's arguments
/// @param ours our arguments
/// @param result what of the two must be equal
record Comparison(String name, double goal, List<String> theirs, List<String> ours, Result result) {
    /// What of the two must be equal.
    enum Result {
        /// The disks that they wrote: `a.out` and `b.out`.
        DISK,
        /// What they printed.
        OUTPUT,
        /// Nothing: they print how long their requests took, and that time is compared.
        RUN_TIME
    }

    private static final Pattern COMPLETED = Pattern.compile("Run completed in ([0-9.]+) seconds");

    /// The time of a run that is compared.
    double seconds(Run run) {
        Matcher matcher = COMPLETED.matcher(run.output());
        return result == Result.RUN_TIME && matcher.find()
                ? Double.parseDouble(matcher.group(1))
                : run.seconds();
    }

    /// A comparison in which both take the same arguments but for the name of what they write
    /// (`OUT`).
    static Comparison of(String name, double goal, Result result, String... arguments) {
        return new Comparison(
                name, goal, named(arguments, "a.out"), named(arguments, "b.out"), result);
    }

    private static List<String> named(String[] arguments, String out) {
        return List.of(arguments).stream().map(a -> a.equals("OUT") ? out : a).toList();
    }
}
