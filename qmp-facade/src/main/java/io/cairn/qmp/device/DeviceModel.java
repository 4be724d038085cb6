package io.cairn.qmp.device;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The kinds of devices that there are. No guest runs here: a device merely owns its drive.
public enum DeviceModel {
    VIRTIO_BLK(
            Bus.VIRTIO,
            null,
            Trait.DRIVE,
            "virtio-blk-pci",
            "virtio-blk",
            "virtio-blk-ccw",
            "virtio-blk-device",
            "virtio-blk-pci-transitional",
            "virtio-blk-pci-non-transitional"),
    SCSI_DISK(Bus.SCSI, null, Trait.DRIVE, "scsi-hd"),
    SCSI_CD(Bus.SCSI, null, Trait.TRAY, "scsi-cd"),
    IDE_DISK(Bus.IDE, null, Trait.DRIVE, "ide-hd"),
    IDE_CD(Bus.IDE, null, Trait.TRAY, "ide-cd"),
    FLOPPY(Bus.FLOPPY, null, Trait.REMOVABLE, "floppy"),
    USB_STORAGE(Bus.USB, null, Trait.DRIVE, "usb-storage"),
    /// Flash memory, which is part of a board.
    FLASH(Bus.SYSTEM, null, Trait.DRIVE),
    SCSI_HOST(
            Bus.PCI,
            Bus.SCSI,
            Trait.NONE,
            "virtio-scsi-pci",
            "virtio-scsi",
            "virtio-scsi-ccw",
            "virtio-scsi-device",
            "lsi53c895a",
            "lsi53c810",
            "am53c974",
            "megasas",
            "pvscsi"),
    IDE_HOST(Bus.PCI, Bus.IDE, Trait.NONE, "ahci", "ich9-ahci", "piix3-ide"),
    USB_HOST(Bus.PCI, Bus.USB, Trait.NONE, "qemu-xhci", "nec-usb-xhci", "usb-ehci"),
    PCI_BRIDGE(Bus.PCI, Bus.PCI, Trait.NONE, "pcie-root-port", "pci-bridge", "pcie-pci-bridge");

    /// What devices are connected by.
    enum Bus {
        VIRTIO("virtio-bus"),
        PCI("PCI"),
        SCSI("SCSI"),
        IDE("IDE"),
        FLOPPY("floppy-bus"),
        USB("usb-bus"),
        SYSTEM("System");

        private final String text;

        Bus(String text) {
            this.text = text;
        }

        /// The name in messages.
        String text() {
            return text;
        }
    }

    private enum Trait {
        /// No drive.
        NONE,
        /// A drive with a medium that stays.
        DRIVE,
        /// A drive whose medium may be changed or absent.
        REMOVABLE,
        /// The same behind a tray.
        TRAY
    }

    private static final Set<String> COMMON =
            Set.of("driver", "id", "bus", "addr", "multifunction");

    private static final Set<String> OF_DRIVES =
            Set.of(
                    "drive",
                    "logical_block_size",
                    "physical_block_size",
                    "min_io_size",
                    "opt_io_size",
                    "discard_granularity",
                    "backend_defaults",
                    "write-cache",
                    "share-rw",
                    "account-invalid",
                    "account-failed",
                    "stats-intervals",
                    "rerror",
                    "werror",
                    "serial",
                    "bootindex",
                    "iothread",
                    "num-queues",
                    "queue-size",
                    "model",
                    "ver",
                    "wwn",
                    "port_wwn",
                    "channel",
                    "scsi-id",
                    "lun",
                    "unit",
                    "drive-type",
                    "removable",
                    "vendor",
                    "product",
                    "device_id",
                    "discard",
                    "write-zeroes",
                    "cyls",
                    "heads",
                    "secs");

    private static final Set<String> OF_HOSTS =
            Set.of(
                    "iothread",
                    "num_queues",
                    "max_sectors",
                    "cmd_per_lun",
                    "port",
                    "chassis",
                    "chassis_nr",
                    "slot");

    private final Bus bus;
    private final @Nullable Bus offers;
    private final Trait trait;
    private final List<String> names;

    DeviceModel(Bus bus, @Nullable Bus offers, Trait trait, String... names) {
        this.bus = bus;
        this.offers = offers;
        this.trait = trait;
        this.names = List.of(names);
    }

    /// The model of that name.
    public static Optional<DeviceModel> find(String name) {
        for (DeviceModel model : values()) {
            if (model.names.contains(name)) {
                return Optional.of(model);
            }
        }
        return Optional.empty();
    }

    /// The names of all models, each with the bus that it needs.
    public static List<String> help() {
        List<String> lines = new ArrayList<>();
        for (DeviceModel model : values()) {
            for (String name : model.names) {
                lines.add("name \"" + name + "\", bus " + model.bus.text());
            }
        }
        return lines;
    }

    /// The bus on which the device sits.
    Bus bus() {
        return bus;
    }

    /// The bus that the device offers to others, or null.
    @Nullable Bus offers() {
        return offers;
    }

    /// Whether the device owns a drive.
    public boolean hasDrive() {
        return trait != Trait.NONE;
    }

    /// Whether media can be changed.
    public boolean isRemovable() {
        return trait == Trait.REMOVABLE || trait == Trait.TRAY;
    }

    /// Whether the medium is behind a tray.
    public boolean hasTray() {
        return trait == Trait.TRAY;
    }

    /// Whether the device only reads.
    boolean readsOnly() {
        return trait == Trait.TRAY;
    }

    /// Whether the guest bears a change of the disk's length.
    boolean bearsResize() {
        return trait != Trait.REMOVABLE && this != IDE_CD;
    }

    /// Whether errors of the guest's requests may stop the guest.
    boolean hasIoStatus() {
        return this != FLOPPY && this != USB_STORAGE;
    }

    /// Whether the drive belongs to a part of the device that has a name of its own.
    boolean hasInnerPart() {
        return this == VIRTIO_BLK;
    }

    /// Whether the guest must agree before the device goes: never here, for there is none, but with
    /// a reset of the machine.
    boolean waitsForGuest() {
        return bus == Bus.PCI || bus == Bus.VIRTIO;
    }

    /// The properties of a device of the model, in the order of their names.
    public List<String> properties() {
        Set<String> names = new TreeSet<>(hasDrive() ? OF_DRIVES : OF_HOSTS);
        names.addAll(COMMON);
        names.removeAll(Set.of("driver", "id", "bus"));
        return List.copyOf(names);
    }

    /// Whether a device of the model has that property.
    boolean knows(String property) {
        return COMMON.contains(property)
                || (hasDrive() ? OF_DRIVES.contains(property) : OF_HOSTS.contains(property));
    }
}
