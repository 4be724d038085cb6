package io.cairn.qmp.device;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.job.image.TemporaryOverlay;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Makes the drives of the command line, which are numbered by what they are connected by.
public final class DriveMaker {
    private final BlockGraph graph;
    private final Drives drives;
    private final Map<DriveInterface, Set<Integer>> taken = new EnumMap<>(DriveInterface.class);

    public DriveMaker(BlockGraph graph, Drives drives) {
        this.graph = graph;
        this.drives = drives;
    }

    /// A drive of the command line.
    ///
    /// @param index which of its kind it is
    public record Made(Drive drive, DriveOptions options, int index) {}

    /// Makes a drive with its medium, if it has one.
    public Made make(DriveOptions options) throws BlockException {
        if (drives.find(options.id()).isPresent()) {
            throw new InvalidOptionException("Duplicate ID '" + options.id() + "' for drive");
        }
        DriveInterface type = options.type();
        Set<Integer> used = taken.computeIfAbsent(type, _ -> new HashSet<>());
        int index = options.index();
        while (index < 0 || (options.index() < 0 && used.contains(index))) {
            index++;
        }
        int perBus = type.unitsPerBus();
        int bus = perBus == 0 ? 0 : index / perBus;
        int unit = perBus == 0 ? index : index % perBus;
        if (used.contains(index)) {
            throw new InvalidOptionException(
                    "drive with bus=" + bus + ", unit=" + unit + " (index=" + index + ") exists");
        }
        String name =
                options.id().isEmpty() ? type.nameOf(bus, unit, options.isCdrom()) : options.id();
        Drive drive = drives.add(name, options.settings());
        boolean isDone = false;
        try {
            insert(drive, options);
            drive.limit(options.group(), options.limits());
            isDone = true;
        } finally {
            if (!isDone) {
                drives.remove(drive);
            }
        }
        used.add(index);
        return new Made(drive, options, index);
    }

    private void insert(Drive drive, DriveOptions options) throws BlockException {
        Options node = new Options(options.node());
        if (options.filename() == null && isPlain(node)) {
            return;
        }
        OpenRequest request =
                new OpenRequest(options.filename(), node, options.settings().flags(), true);
        try (BlockBackend opened =
                options.isSnapshot()
                        ? TemporaryOverlay.open(graph, request, Permissions.NONE)
                        : graph.open(request, Permissions.NONE, Permissions.ALL)) {
            if (options.copiesOnRead()) {
                opened.node().enableCopyOnRead();
            }
            drive.insert(opened.node());
        }
    }

    /// Whether options say how a medium is opened, but of none.
    private static boolean isPlain(Options node) {
        Options rest = new Options(node);
        rest.take("read-only");
        rest.take("auto-read-only");
        rest.take("discard");
        rest.take("detect-zeroes");
        rest.takeSub("cache");
        return rest.isEmpty();
    }
}
