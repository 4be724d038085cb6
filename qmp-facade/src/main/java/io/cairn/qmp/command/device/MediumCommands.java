package io.cairn.qmp.command.device;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.Device;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.device.Drives;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

/// The commands that change media (QMP reference manual, "Block devices").
///
/// No guest holds a tray locked, so none has to be asked to let go.
public final class MediumCommands implements CommandFamily {
    private final BlockGraph graph;
    private final Drives drives;

    public MediumCommands(StorageService service) {
        this.graph = service.graph();
        this.drives = service.drives();
    }

    /// How a medium is opened that is put in the place of another.
    public enum ReadOnlyMode {
        RETAIN,
        READ_ONLY,
        READ_WRITE
    }

    /// The arguments of commands that name a drive in one of two ways.
    private record Named(@Nullable String device, @Nullable String id) {
        static Named read(Arguments in) {
            return new Named(in.findString("device"), in.findString("id"));
        }
    }

    /// The arguments of `blockdev-insert-medium`.
    private record Insertion(String id, String nodeName) {
        static Insertion read(Arguments in) {
            return new Insertion(in.string("id"), in.string("node-name"));
        }
    }

    /// The arguments of `blockdev-change-medium`.
    private record Change(
            Named drive, String filename, @Nullable String format, ReadOnlyMode mode) {
        static Change read(Arguments in) {
            return new Change(
                    Named.read(in),
                    in.string("filename"),
                    in.findString("format"),
                    in.choice("read-only-mode", ReadOnlyMode.class, ReadOnlyMode.RETAIN));
        }

        /// The arguments of `change`, by which media were changed once.
        static Change readOld(Arguments in) {
            return new Change(
                    new Named(in.string("device"), null),
                    in.string("target"),
                    in.findString("arg"),
                    ReadOnlyMode.RETAIN);
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("blockdev-open-tray", Named::read, in -> openTray(drive(in)));
        table.add("blockdev-close-tray", Named::read, in -> closeTray(drive(in)));
        table.add(
                "blockdev-remove-medium", Named::read, in -> remove(drives.require(null, in.id())));
        table.add("blockdev-insert-medium", Insertion::read, this::insert);
        table.add("blockdev-change-medium", Change::read, this::change);
        table.add("change", Change::readOld, this::change);
        table.add("eject", Named::read, in -> eject(drive(in)));
        table.add(
                "block_passwd",
                Named::read,
                _ -> {
                    throw QmpException.generic(
                            "Setting block passwords directly is no longer supported");
                });
    }

    private Drive drive(Named in) throws QmpException {
        return drives.require(in.device(), in.id());
    }

    private static String shown(Drive drive) {
        Device device = drive.device();
        return drive.name().isEmpty() && device != null ? device.shownName() : drive.name();
    }

    private static void requireRemovable(Drive drive) throws QmpException {
        if (!drive.isRemovable()) {
            throw QmpException.generic("Device '" + shown(drive) + "' is not removable");
        }
    }

    private void openTray(Drive drive) throws QmpException {
        requireRemovable(drive);
        Device device = drive.device();
        if (device != null) {
            drives.moveTray(device, true);
        }
    }

    private void closeTray(Drive drive) throws QmpException {
        requireRemovable(drive);
        Device device = drive.device();
        if (device != null) {
            drives.moveTray(device, false);
        }
    }

    /// Whether a tray is closed that would have to be open.
    private static boolean isBehindTray(Drive drive) {
        Device device = drive.device();
        return device != null && device.model().hasTray() && !device.isTrayOpen();
    }

    private static void remove(Drive drive) throws QmpException, BlockException {
        requireRemovable(drive);
        if (isBehindTray(drive)) {
            throw QmpException.generic("Tray of device '" + shown(drive) + "' is not open");
        }
        BlockNode medium = drive.medium();
        if (medium != null) {
            medium.requireUnblocked("eject");
            drive.remove();
        }
    }

    private void insert(Insertion in) throws QmpException, BlockException {
        Drive drive = drives.require(null, in.id());
        BlockNode node =
                graph.find(in.nodeName())
                        .orElseThrow(() ->
                                QmpException.generic("Node '" + in.nodeName() + "' not found"));
        insert(drive, node);
    }

    private static void insert(Drive drive, BlockNode node) throws QmpException, BlockException {
        requireRemovable(drive);
        if (isBehindTray(drive)) {
            throw QmpException.generic("Tray of the device is not open");
        }
        if (drive.medium() != null) {
            throw QmpException.generic("There already is a medium in the device");
        }
        drive.insert(node);
    }

    private void change(Change in) throws QmpException, BlockException {
        Drive drive = drive(in.drive());
        NodeFlags flags = flags(drive, in.mode());
        Options options = new Options();
        if (in.format() != null) {
            options.put("driver", in.format());
        }
        OpenRequest request = new OpenRequest(in.filename(), options, flags, true);
        try (BlockBackend opened = graph.open(request, Permissions.NONE, Permissions.ALL)) {
            openTray(drive);
            remove(drive);
            insert(drive, opened.node());
            closeTray(drive);
        }
    }

    private static NodeFlags flags(Drive drive, ReadOnlyMode mode) {
        NodeFlags flags = drive.settings().flags();
        BlockNode medium = drive.medium();
        if (medium != null) {
            flags = flags.withReadOnly(medium.isReadOnly());
        }
        return switch (mode) {
            case RETAIN -> flags;
            case READ_ONLY -> flags.withReadOnly(true);
            case READ_WRITE -> flags.withReadOnly(false);
        };
    }

    private void eject(Drive drive) throws QmpException, BlockException {
        openTray(drive);
        remove(drive);
    }
}
