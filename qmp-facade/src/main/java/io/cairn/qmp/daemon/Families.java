package io.cairn.qmp.daemon;

import io.cairn.block.option.JsonObject;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.bitmap.BitmapCommands;
import io.cairn.qmp.command.block.NodeCommands;
import io.cairn.qmp.command.block.ResizeCommand;
import io.cairn.qmp.command.chardev.ChardevCommands;
import io.cairn.qmp.command.descriptor.DescriptorCommands;
import io.cairn.qmp.command.device.DeviceCommands;
import io.cairn.qmp.command.device.DriveQueries;
import io.cairn.qmp.command.device.GraphCommands;
import io.cairn.qmp.command.device.LimitCommands;
import io.cairn.qmp.command.device.MachineCommands;
import io.cairn.qmp.command.device.MediumCommands;
import io.cairn.qmp.command.export.ExportCommands;
import io.cairn.qmp.command.human.HumanMonitorCommand;
import io.cairn.qmp.command.job.CopyCommands;
import io.cairn.qmp.command.job.DriveCommands;
import io.cairn.qmp.command.job.ImageCommands;
import io.cairn.qmp.command.job.JobCommands;
import io.cairn.qmp.command.job.ReplicationCommands;
import io.cairn.qmp.command.monitor.MonitorCommands;
import io.cairn.qmp.command.object.ObjectCommands;
import io.cairn.qmp.command.snapshot.TransactionCommand;
import io.cairn.qmp.hmp.HumanMonitor;
import io.cairn.qmp.schema.Schema;
import io.cairn.qmp.service.StorageService;

import java.util.List;

/// The one place where commands are registered.
final class Families {
    private Families() {}

    /// A table of all commands.
    static CommandTable table(
            Schema schema, StorageService service, JsonObject version, HumanMonitor humans) {
        CommandTable table = new CommandTable(schema);
        List<CommandFamily> families =
                List.of(
                        new MonitorCommands(service, version),
                        new JobCommands(service),
                        new CopyCommands(service),
                        new DriveCommands(service),
                        new ImageCommands(service),
                        new ReplicationCommands(service),
                        new BitmapCommands(service),
                        new NodeCommands(service),
                        new ResizeCommand(service),
                        new TransactionCommand(service),
                        new ObjectCommands(service),
                        new ChardevCommands(service),
                        new ExportCommands(service),
                        new DriveQueries(service),
                        new LimitCommands(service),
                        new MediumCommands(service),
                        new DeviceCommands(service),
                        new MachineCommands(service),
                        new DescriptorCommands(),
                        new GraphCommands(service),
                        new HumanMonitorCommand(humans));
        families.forEach(family -> family.addTo(table));
        return table;
    }
}
