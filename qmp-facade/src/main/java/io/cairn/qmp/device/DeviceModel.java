package io.cairn.qmp.device;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The kinds of devices that there are. No guest runs here: a device merely owns its drive.
public enum DeviceModel {
    VIRTIO_BLK(
            Bus.PCI,
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
    IDE_HOST(Bus.PCI, Bus.IDE, Trait.NONE, "ich9-ahci", "ahci", "piix3-ide"),
    USB_HOST(Bus.PCI, Bus.USB, Trait.NONE, "qemu-xhci", "nec-usb-xhci", "usb-ehci"),
    PCI_BRIDGE(Bus.PCI, Bus.PCI, Trait.NONE, "pcie-root-port", "pci-bridge", "pcie-pci-bridge"),
    FLOPPY_HOST(Bus.ISA, Bus.FLOPPY, Trait.NONE, "isa-fdc"),
    /// Part of a machine that is there only for the buses that it offers, or for none.
    BOARD(Bus.SYSTEM, null, Trait.NONE);

    /// What devices are connected by.
    enum Bus {
        PCI("PCI"),
        ISA("ISA"),
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
        return bus == Bus.PCI;
    }

    /// The name that counts of those by which users call the same model.
    public static String canonical(String name) {
        return switch (name) {
            case "virtio-blk" -> "virtio-blk-pci";
            case "virtio-scsi" -> "virtio-scsi-pci";
            case "ahci" -> "ich9-ahci";
            default -> name;
        };
    }

    /// The model of the part in a device that does its work; empty if there is none.
    ///
    /// @param driver the model of the device
    public static String innerPart(String driver) {
        if (driver.startsWith("virtio-blk-") && !driver.equals("virtio-blk-device")) {
            return "virtio-blk-device";
        }
        return driver.startsWith("virtio-scsi-") && !driver.equals("virtio-scsi-device")
                ? "virtio-scsi-device"
                : "";
    }

    /// The properties of the devices of a model, in the order in which they are shown, without
    /// those of the part in it.
    ///
    /// @param driver the name of the model
    public static List<Property> ownProperties(String driver) {
        Optional<List<Property>> own = PropertyTable.find(driver);
        if (own.isPresent()) {
            return own.get();
        }
        DeviceModel model = find(driver).orElse(BOARD);
        String general =
                model == VIRTIO_BLK
                        ? "virtio-blk-pci"
                        : driver.startsWith("virtio-scsi")
                                ? "virtio-scsi-pci"
                                : model == USB_HOST
                                        ? "qemu-xhci"
                                        : model == PCI_BRIDGE
                                                ? "pcie-root-port"
                                                : model.bus == Bus.PCI ? "pci-device" : "";
        return PropertyTable.find(general).orElse(List.of());
    }

    /// All properties of the devices of a model, those of the part in it too.
    public static List<Property> properties(String driver) {
        List<Property> all = new ArrayList<>(ownProperties(driver));
        String inner = innerPart(driver);
        if (!inner.isEmpty()) {
            all.addAll(ownProperties(inner));
        }
        return all;
    }

    /// What people are told of the properties of a model.
    public static List<String> help(String driver) {
        List<String> lines = new ArrayList<>(List.of(driver + " options:"));
        properties(driver).stream()
                .sorted(Comparator.comparing(Property::name))
                .forEach(property -> lines.add(property.help()));
        return lines;
    }

    /// Whether what stands for a device asks for help instead.
    public static boolean isHelpAsked(String text) {
        return !helpFor(text).isEmpty();
    }

    /// What `help` in the place of a model, or behind it, asks for; nothing if there is none.
    public static List<String> helpFor(String text) {
        if (text.equals("help")) {
            return help();
        }
        List<String> words = List.of(text.split(","));
        boolean isAsked = words.indexOf("help") > 0;
        return isAsked && find(words.get(0)).isPresent()
                ? help(canonical(words.get(0)))
                : List.of();
    }
}
