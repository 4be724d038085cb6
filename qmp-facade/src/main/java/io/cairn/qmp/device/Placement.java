package io.cairn.qmp.device;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockNode;
import io.cairn.qmp.command.QmpException;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Where a device gets on its bus, and what becomes of the properties that the user has left open.
final class Placement {
    private static final String AUTOMATIC = "4294967295";
    private static final int SECTOR = 512;
    private static final int HEADS = 16;
    private static final int SECTORS = 63;
    private static final int LARGEST_SCSI_ID = 255;
    private static final int SLOTS = 32;

    /// The sizes of diskettes that a drive of that type takes, in KiB.
    private static final Map<String, Set<Long>> DISKETTES =
            Map.of(
                    "144",
                            Set.of(
                                    1440L, 1680L, 1722L, 1743L, 1760L, 1840L, 1920L, 720L, 800L,
                                    820L),
                    "288", Set.of(2880L, 3120L, 3200L, 3520L, 3840L),
                    "120", Set.of(1200L, 1230L, 1476L, 1600L, 360L, 320L, 180L, 160L));

    private final DeviceModel model;
    private final DeviceBus bus;
    private final Map<String, String> given;
    private final @Nullable Drive drive;
    private final Map<String, String> decided = new HashMap<>();

    /// @param given the properties of the device, as parsed
    Placement(DeviceModel model, DeviceBus bus, Map<String, String> given, @Nullable Drive drive) {
        this.model = model;
        this.bus = bus;
        this.given = given;
        this.drive = drive;
    }

    /// Decides all.
    ///
    /// @param controller the one that has the bus, or null
    Map<String, String> decide(String driver, @Nullable Device controller)
            throws BlockException, QmpException {
        switch (model) {
            case FLOPPY -> {
                takeUnit("floppy");
                requireFloppyBlocks();
                String type = given.getOrDefault("drive-type", "auto");
                decided.put("drive-type", type.equals("auto") ? floppyType(controller) : type);
            }
            case IDE_DISK, IDE_CD -> {
                takeUnit("IDE");
                requireBlocks();
                requireIdeGranularity();
            }
            case SCSI_DISK, SCSI_CD -> {
                takeScsiId();
                requireBlocks();
            }
            case VIRTIO_BLK, USB_STORAGE -> requireBlocks();
            case FLASH, SCSI_HOST, IDE_HOST, USB_HOST, FLOPPY_HOST, PCI_BRIDGE, BOARD -> {}
        }
        if (bus.kind() == DeviceModel.Bus.PCI) {
            takeSlot(driver);
        }
        if (model.hasDrive()) {
            decideTexts(controller);
        }
        return decided;
    }

    private String value(String name, String absent) {
        return given.getOrDefault(name, absent);
    }

    private long size(String name, long absent) {
        return Long.parseLong(value(name, String.valueOf(absent)));
    }

    // ---- the place

    private void takeUnit(String kind) throws QmpException {
        String unit = value("unit", AUTOMATIC);
        if (unit.equals(AUTOMATIC)) {
            int free = 0;
            while (bus.isTaken("unit", String.valueOf(free))) {
                free++;
            }
            unit = String.valueOf(free);
        }
        if (Long.parseLong(unit) >= bus.units()) {
            throw QmpException.generic(
                    "Can't create "
                            + kind
                            + " unit "
                            + unit
                            + ", bus supports only "
                            + bus.units()
                            + " units");
        }
        if (bus.isTaken("unit", unit)) {
            String capital = kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1);
            throw QmpException.generic(capital + " unit " + unit + " is in use");
        }
        decided.put("unit", unit);
    }

    private void takeScsiId() throws QmpException {
        String id = value("scsi-id", AUTOMATIC);
        if (id.equals(AUTOMATIC)) {
            int free = 0;
            while (bus.isTaken("scsi-id", String.valueOf(free))) {
                free++;
            }
            id = String.valueOf(free);
        }
        if (Long.parseLong(id) > LARGEST_SCSI_ID) {
            throw QmpException.generic("bad scsi device id: " + id);
        }
        String lun = value("lun", AUTOMATIC);
        if (lun.equals(AUTOMATIC)) {
            int free = 0;
            while (isLunTaken(id, String.valueOf(free))) {
                free++;
            }
            lun = String.valueOf(free);
        }
        decided.put("scsi-id", id);
        decided.put("lun", lun);
    }

    private boolean isLunTaken(String id, String lun) {
        return bus.devices().stream()
                .anyMatch(d -> d.value("scsi-id").equals(id) && d.value("lun").equals(lun));
    }

    private void takeSlot(String driver) throws QmpException {
        if (given.containsKey("addr")) {
            return;
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            String prefix = String.format(Locale.ROOT, "%02x.", slot);
            if (bus.devices().stream().noneMatch(d -> d.value("addr").startsWith(prefix))) {
                decided.put("addr", prefix + "0");
                return;
            }
        }
        throw QmpException.generic(
                "PCI: no slot/function available for " + driver + ", all in use or reserved");
    }

    // ---- blocks

    private long logicalBlock() {
        long size = size("logical_block_size", 0);
        return size == 0 ? SECTOR : size;
    }

    private long physicalBlock() {
        long size = size("physical_block_size", 0);
        return size == 0 ? SECTOR : size;
    }

    private void requireBlocks() throws QmpException {
        if (logicalBlock() > physicalBlock()) {
            throw QmpException.generic("logical_block_size > physical_block_size not supported");
        }
        for (String name : new String[] {"min_io_size", "opt_io_size"}) {
            if (size(name, 0) % logicalBlock() != 0) {
                throw QmpException.generic(name + " must be a multiple of logical_block_size");
            }
        }
    }

    private void requireFloppyBlocks() throws QmpException {
        requireBlocks();
        if (logicalBlock() != SECTOR || physicalBlock() != SECTOR) {
            throw QmpException.generic("Physical and logical block size must be 512 for floppy");
        }
    }

    private void requireIdeGranularity() throws QmpException {
        long granularity = size("discard_granularity", Long.parseLong(AUTOMATIC));
        if (granularity != SECTOR && granularity != Long.parseLong(AUTOMATIC)) {
            throw QmpException.generic("discard_granularity must be 512 for ide");
        }
    }

    // ---- what follows from the medium and the place

    private @Nullable BlockNode medium() {
        return drive == null ? null : drive.medium();
    }

    /// The type that a controller gives to a drive: that of its medium, which is known by its size.
    private String floppyType(@Nullable Device controller) throws BlockException {
        String fixed =
                controller == null
                        ? "auto"
                        : controller.value("0".equals(decided.get("unit")) ? "fdtypeA" : "fdtypeB");
        if (!fixed.equals("auto")) {
            return fixed;
        }
        BlockNode medium = medium();
        if (medium != null) {
            long kib = medium.length() >> 10;
            for (Map.Entry<String, Set<Long>> type : DISKETTES.entrySet()) {
                if (type.getValue().contains(kib)) {
                    return type.getKey();
                }
            }
        }
        return controller == null ? "288" : controller.value("fallback");
    }

    private void decideTexts(@Nullable Device controller) throws BlockException {
        decided.put("logical_block_size", String.valueOf(logicalBlock()));
        decided.put("physical_block_size", String.valueOf(physicalBlock()));
        decideGeometry();
        offer("ver", "2.5+");
        offer("bios-chs-trans", "none");
        switch (model) {
            case IDE_DISK, IDE_CD -> {
                decided.put("discard_granularity", String.valueOf(SECTOR));
                offer("serial", ideSerial(controller));
            }
            case SCSI_DISK, SCSI_CD -> {
                if (value("discard_granularity", AUTOMATIC).equals(AUTOMATIC)) {
                    decided.put(
                            "discard_granularity", String.valueOf(Math.max(4096, logicalBlock())));
                }
                offer("vendor", "QEMU");
                offer("product", model == DeviceModel.SCSI_CD ? "QEMU CD-ROM" : "QEMU HARDDISK");
                String serial = value("serial", "");
                offer("device_id", !serial.isEmpty() || drive == null ? serial : drive.name());
            }
            case VIRTIO_BLK -> offer("num-queues", "1");
            case FLOPPY,
                    USB_STORAGE,
                    FLASH,
                    SCSI_HOST,
                    IDE_HOST,
                    USB_HOST,
                    FLOPPY_HOST,
                    PCI_BRIDGE,
                    BOARD -> {}
        }
    }

    private void offer(String name, String value) {
        if (!given.containsKey(name)) {
            decided.put(name, value);
        }
    }

    private String ideSerial(@Nullable Device controller) {
        int index = controller == null ? 0 : controller.buses().indexOf(bus);
        long unit = Long.parseLong(decided.getOrDefault("unit", "0"));
        return String.format(Locale.ROOT, "QM%05d", 2L * Math.max(0, index) + unit + 1);
    }

    private void decideGeometry() throws BlockException {
        BlockNode medium = medium();
        if (medium == null
                || !(model == DeviceModel.IDE_DISK
                        || model == DeviceModel.SCSI_DISK
                        || model == DeviceModel.VIRTIO_BLK)) {
            return;
        }
        long cylinders = medium.length() / SECTOR / (HEADS * SECTORS);
        offer("cyls", String.valueOf(Math.clamp(cylinders, 2, 16383)));
        offer("heads", String.valueOf(HEADS));
        offer("secs", String.valueOf(SECTORS));
    }
}
