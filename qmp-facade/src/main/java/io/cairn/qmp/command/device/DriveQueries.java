package io.cairn.qmp.command.device;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.device.Device;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.device.Drives;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.NodeInfo;
import io.cairn.qmp.service.StorageService;

import java.util.ArrayList;
import java.util.List;

/// The commands that tell of drives and their figures (QMP reference manual, "Block devices").
public final class DriveQueries implements CommandFamily {
    private final BlockGraph graph;
    private final Drives drives;

    public DriveQueries(StorageService service) {
        this.graph = service.graph();
        this.drives = service.drives();
    }

    /// The arguments of `query-blockstats`.
    private record Statistics(boolean isOfNodes) {
        static Statistics read(Arguments in) {
            return new Statistics(in.bool("query-nodes", false));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.query("query-block", this::drives);
        table.query("query-blockstats", Statistics::read, this::statistics);
    }

    /// Whether monitors see a drive: one with a name, or with a device.
    private static boolean isShown(Drive drive) {
        return !drive.name().isEmpty() || drive.device() != null;
    }

    private JsonValue drives() throws BlockException {
        List<JsonValue> told = new ArrayList<>();
        for (Drive drive : drives.all()) {
            if (isShown(drive)) {
                told.add(info(drive));
            }
        }
        return CommandTable.list(told);
    }

    private static JsonObject info(Drive drive) throws BlockException {
        JsonObject.Builder info =
                JsonObject.builder()
                        .put("device", drive.name())
                        .put("type", "unknown")
                        .put("locked", false)
                        .put("removable", drive.isRemovable());
        Device device = drive.device();
        if (device != null) {
            info.put("qdev", device.ownerName());
            if (device.model().hasTray()) {
                info.put("tray_open", device.isTrayOpen());
            }
        }
        String ioStatus = drive.ioStatus();
        if (ioStatus != null) {
            info.put("io-status", ioStatus);
        }
        BlockNode medium = drive.medium();
        if (medium != null) {
            info.put("inserted", NodeInfo.of(ChainStatus.explicit(medium), drive.backend(), false));
        }
        return info.build();
    }

    private JsonValue statistics(Statistics in) {
        List<JsonValue> told = new ArrayList<>();
        if (in.isOfNodes()) {
            for (BlockNode node : graph.nodes()) {
                told.add(StatisticsInfo.of(node, false));
            }
            return CommandTable.list(told);
        }
        for (Drive drive : drives.all()) {
            if (isShown(drive)) {
                told.add(StatisticsInfo.of(drive));
            }
        }
        return CommandTable.list(told);
    }
}
