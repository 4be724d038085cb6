package io.cairn.qmp.command.device;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.JsonInteger;
import io.cairn.block.option.JsonValue;
import io.cairn.block.statistics.OperationKind;
import io.cairn.block.throttle.Limit;
import io.cairn.block.throttle.LimitKind;
import io.cairn.block.throttle.ThrottleLimits;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.device.Drives;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.NodeInfo;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The commands that limit and time the requests of drives (QMP reference manual, "Block devices").
public final class LimitCommands implements CommandFamily {
    private final Drives drives;

    public LimitCommands(StorageService service) {
        this.drives = service.drives();
    }

    /// The arguments of `block_set_io_throttle`.
    private record Throttle(
            @Nullable String device,
            @Nullable String id,
            @Nullable String group,
            ThrottleLimits limits) {
        static Throttle read(Arguments in) {
            ThrottleLimits limits = ThrottleLimits.NONE;
            for (LimitKind kind : LimitKind.values()) {
                String name = NodeInfo.oldName(kind);
                limits =
                        limits.with(
                                kind,
                                new Limit(
                                        in.integer(name),
                                        in.integer(name + "_max", 0),
                                        in.integer(name + "_max_length", 1)));
            }
            limits = limits.with(ThrottleLimits.IOPS_SIZE, in.integer("iops_size", 0));
            return new Throttle(
                    in.findString("device"), in.findString("id"), in.findString("group"), limits);
        }
    }

    /// The arguments of `block-latency-histogram-set`.
    private record Histogram(
            String id, @Nullable List<Long> boundaries, Map<OperationKind, List<Long>> own) {
        static Histogram read(Arguments in) {
            Map<OperationKind, List<Long>> own = new EnumMap<>(OperationKind.class);
            putIfGiven(own, OperationKind.READ, in, "boundaries-read");
            putIfGiven(own, OperationKind.WRITE, in, "boundaries-write");
            putIfGiven(own, OperationKind.FLUSH, in, "boundaries-flush");
            List<Long> all = in.has("boundaries") ? numbers(in.list("boundaries")) : null;
            return new Histogram(in.string("id"), all, own);
        }

        private static void putIfGiven(
                Map<OperationKind, List<Long>> own, OperationKind kind, Arguments in, String name) {
            if (in.has(name)) {
                own.put(kind, numbers(in.list(name)));
            }
        }

        private static List<Long> numbers(List<JsonValue> values) {
            List<Long> numbers = new ArrayList<>();
            for (JsonValue value : values) {
                if (value instanceof JsonInteger integer) {
                    numbers.add(integer.bits());
                }
            }
            return numbers;
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("block_set_io_throttle", Throttle::read, this::limit);
        table.add("block-latency-histogram-set", Histogram::read, this::time);
    }

    private void limit(Throttle in) throws QmpException, BlockException {
        Drive drive = drives.require(in.device(), in.id());
        if (drive.medium() == null) {
            throw QmpException.generic("Device has no medium");
        }
        drive.limit(in.group(), in.limits());
    }

    private void time(Histogram in) throws QmpException {
        Drive drive = drives.require(null, in.id());
        try {
            drive.accounting().setHistograms(in.boundaries(), in.own());
        } catch (InvalidOptionException e) {
            throw QmpException.generic("Device '" + in.id() + "' " + e.getMessage());
        }
    }
}
