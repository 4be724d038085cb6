package io.cairn.qmp.hmp;

import io.cairn.block.graph.BlockNode;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.device.Drives;

/// The commands that save the state of a machine with its disks, and get it back. No disk can hold
/// one, for no format here takes snapshots within an image while it is in use.
final class SavedStates {
    /// What is said if there is no disk at all.
    static final String NO_DEVICE = "no block device can store vmstate for snapshot";

    private final Drives drives;

    SavedStates(Drives drives) {
        this.drives = drives;
    }

    void addTo(HumanMonitor monitor) {
        monitor.add(
                HumanCommand.of(
                        "savevm",
                        "name:text?",
                        "tag",
                        "save a VM snapshot. If no tag is provided, a new snapshot is created",
                        _ -> refuse(true)));
        monitor.add(
                HumanCommand.of(
                        "loadvm",
                        "name:text",
                        "tag",
                        "restore a VM snapshot from its tag",
                        _ -> refuse(true)));
        monitor.add(
                HumanCommand.of(
                        "delvm",
                        "name:text",
                        "tag",
                        "delete a VM snapshot from its tag",
                        _ -> refuse(false)));
    }

    private String refuse(boolean needsDisk) throws QmpException {
        for (Drive drive : drives.all()) {
            BlockNode medium = drive.medium();
            if (medium != null && !medium.isReadOnly()) {
                throw QmpException.generic(
                        "Device '" + drive.name() + "' is writable but does not support snapshots");
            }
        }
        if (needsDisk) {
            throw QmpException.generic(NO_DEVICE);
        }
        return "";
    }
}
