package io.cairn.cli.system;

import io.cairn.block.graph.BlockGraph;
import io.cairn.block.throttle.SteppedClock;
import io.cairn.block.throttle.ThrottleClock;
import io.cairn.block.throttle.ThrottleGroups;
import io.cairn.cli.io.IoConsole;

/// The clock of a machine under test, by which throttled requests wait and requests are counted. It
/// stands still while what may run runs.
final class MachineClock {
    private final SteppedClock clock = new SteppedClock();
    private final ThrottleGroups groups;
    private final IoConsole console;

    /// Gives a graph without nodes a clock that stands still.
    ///
    /// @param console where all of the machine's requests come from
    MachineClock(BlockGraph graph, IoConsole console) {
        this.groups = graph.objects().throttleGroups();
        this.console = console;
        graph.setClock(clock);
    }

    /// Nanoseconds since the machine was made.
    long nanoTime() {
        return clock.nanoTime();
    }

    /// Lets time pass until then.
    void stepTo(long nanos) {
        console.settle(groups::waiting);
        groups.step(clock, nanos);
        console.settle(groups::waiting);
    }

    /// Lets time pass until the next throttled request may go on, if one waits.
    void stepToDeadline() {
        console.settle(groups::waiting);
        long next = groups.nextDeadline();
        if (next != ThrottleClock.NEVER) {
            stepTo(next);
        }
    }
}
