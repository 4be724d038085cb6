package io.cairn.qmp.device;

import java.util.ArrayList;
import java.util.List;

/// What connects devices.
///
/// Guarded by the lock under which commands run.
public final class DeviceBus {
    private final String name;
    private final DeviceModel.Bus kind;
    private final String typeText;
    private final int units;
    private final List<Device> devices = new ArrayList<>();

    /// @param typeText what people call its kind
    /// @param units how many devices it takes; 0 if that is not bounded
    DeviceBus(String name, DeviceModel.Bus kind, String typeText, int units) {
        this.name = name;
        this.kind = kind;
        this.typeText = typeText;
        this.units = units;
    }

    public String name() {
        return name;
    }

    DeviceModel.Bus kind() {
        return kind;
    }

    /// What people call the kind of bus.
    public String typeText() {
        return typeText;
    }

    int units() {
        return units;
    }

    boolean isFull() {
        return units > 0 && devices.size() >= units;
    }

    void add(Device device) {
        devices.addFirst(device);
    }

    void remove(Device device) {
        devices.remove(device);
    }

    /// The devices on it, the newest first.
    public List<Device> devices() {
        return List.copyOf(devices);
    }

    /// Whether a device has a number on the bus.
    ///
    /// @param property under what name devices have it
    boolean isTaken(String property, String number) {
        return devices.stream().anyMatch(device -> device.value(property).equals(number));
    }
}
