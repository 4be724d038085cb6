package io.cairn.qmp.command.human;

import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.hmp.HumanMonitor;
import io.cairn.qmp.schema.Arguments;

/// `human-monitor-command` (QMP reference manual, "Miscellanea").
public final class HumanMonitorCommand implements CommandFamily {
    private final HumanMonitor monitor;

    public HumanMonitorCommand(HumanMonitor monitor) {
        this.monitor = monitor;
    }

    /// The arguments of the command.
    private record Line(String text) {
        static Line read(Arguments in) {
            return new Line(in.string("command-line"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.addAnswering(
                "human-monitor-command",
                Line::read,
                in -> JsonValue.of(monitor.execute(in.text()).replace("\n", "\r\n")));
    }
}
