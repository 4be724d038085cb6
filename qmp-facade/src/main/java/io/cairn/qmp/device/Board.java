package io.cairn.qmp.device;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The buses of a machine, and the devices that are part of it.
final class Board {
    /// Where the serial ports of a PC are.
    private static final List<Integer> SERIAL_PORTS = List.of(0x3f8, 0x2f8, 0x3e8, 0x2e8);

    private final DeviceBus root =
            new DeviceBus("main-system-bus", DeviceModel.Bus.SYSTEM, "System", 0);
    private final MachineType type;
    private final Maker maker;
    private @Nullable DeviceBus isa;

    /// Makes a part of the board.
    @FunctionalInterface
    interface Maker {
        Device make(
                DeviceModel model,
                String driver,
                Map<String, String> properties,
                DeviceBus bus,
                List<DeviceBus> offered);
    }

    Board(MachineType type, Maker maker) {
        this.type = type;
        this.maker = maker;
        switch (type) {
            case NONE -> {}
            case PC -> {
                DeviceBus pci = new DeviceBus("pci.0", DeviceModel.Bus.PCI, "PCI", 0);
                part("i440FX-pcihost", "", root, pci);
                part("i440FX", "00.0", pci);
                DeviceBus bridged = new DeviceBus("isa.0", DeviceModel.Bus.ISA, "ISA", 0);
                part("PIIX3", "01.0", pci, bridged);
                isa = bridged;
                part("mc146818rtc", "", bridged);
                addFloppies(bridged);
                maker.make(
                        DeviceModel.IDE_HOST,
                        "piix3-ide",
                        Map.of("addr", "01.1"),
                        pci,
                        ideBuses("ide", 0, 2, 2));
            }
            case Q35 -> {
                DeviceBus pci = new DeviceBus("pcie.0", DeviceModel.Bus.PCI, "PCIE", 0);
                part("q35-pcihost", "", root, pci);
                part("mch", "00.0", pci);
                DeviceBus bridged = new DeviceBus("isa.0", DeviceModel.Bus.ISA, "ISA", 0);
                part("ICH9-LPC", "1f.0", pci, bridged);
                isa = bridged;
                part("mc146818rtc", "", bridged);
                maker.make(
                        DeviceModel.IDE_HOST,
                        "ich9-ahci",
                        Map.of("addr", "1f.2", "multifunction", "on"),
                        pci,
                        ideBuses("ide", 0, 6, 1));
            }
        }
    }

    private void part(String driver, String address, DeviceBus bus, DeviceBus... offered) {
        Map<String, String> properties = address.isEmpty() ? Map.of() : Map.of("addr", address);
        maker.make(DeviceModel.BOARD, driver, properties, bus, List.of(offered));
    }

    private void addFloppies(DeviceBus bus) {
        maker.make(DeviceModel.FLOPPY_HOST, "isa-fdc", Map.of(), bus, List.of(floppyBus(0)));
    }

    /// Gives a machine that has no drives for diskettes a controller of them.
    void requireFloppies() {
        DeviceBus bus = isa;
        if (bus != null && findKind(root, DeviceModel.Bus.FLOPPY) == null) {
            addFloppies(bus);
        }
    }

    /// Adds a serial port; those beyond the fourth have no place on the bus.
    void addSerialPort(int index, String chardev) {
        DeviceBus bus = isa;
        if (bus != null && index < SERIAL_PORTS.size()) {
            Map<String, String> properties =
                    Map.of(
                            "index",
                            String.valueOf(index),
                            "iobase",
                            String.valueOf(SERIAL_PORTS.get(index)),
                            "irq",
                            index % 2 == 0 ? "4" : "3",
                            "chardev",
                            chardev);
            maker.make(DeviceModel.BOARD, "isa-serial", properties, bus, List.of());
        }
    }

    MachineType type() {
        return type;
    }

    DeviceBus root() {
        return root;
    }

    static DeviceBus floppyBus(int number) {
        return new DeviceBus(
                "floppy-bus." + number, DeviceModel.Bus.FLOPPY, DeviceModel.Bus.FLOPPY.text(), 2);
    }

    static List<DeviceBus> ideBuses(String base, int first, int count, int units) {
        List<DeviceBus> buses = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            buses.add(
                    new DeviceBus(
                            base + "." + i,
                            DeviceModel.Bus.IDE,
                            DeviceModel.Bus.IDE.text(),
                            units));
        }
        return buses;
    }

    // ---- looking for buses

    /// The bus of that name, or null.
    @Nullable DeviceBus find(String name) {
        return findName(root, name);
    }

    private static @Nullable DeviceBus findName(DeviceBus bus, String name) {
        if (bus.name().equals(name)) {
            return bus;
        }
        for (Device device : bus.devices()) {
            for (DeviceBus offered : device.buses()) {
                DeviceBus found = findName(offered, name);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    /// The bus of a kind that a device gets which asks for none: one that is not full, if there is.
    @Nullable DeviceBus find(DeviceModel.Bus kind) {
        return findKind(root, kind);
    }

    private static @Nullable DeviceBus findKind(DeviceBus bus, DeviceModel.Bus kind) {
        if (bus.kind() == kind && !bus.isFull()) {
            return bus;
        }
        DeviceBus full = bus.kind() == kind ? bus : null;
        for (Device device : bus.devices()) {
            for (DeviceBus offered : device.buses().reversed()) {
                DeviceBus found = findKind(offered, kind);
                if (found != null && !found.isFull()) {
                    return found;
                }
                full = full == null ? found : full;
            }
        }
        return full;
    }

    /// How many buses of a kind have a name that begins so, and a number.
    int count(String base) {
        int count = 0;
        while (find(base + "." + count) != null) {
            count++;
        }
        return count;
    }
}
