package io.cairn.qmp.hmp;

import io.cairn.qmp.device.Device;
import io.cairn.qmp.device.DeviceBus;
import io.cairn.qmp.device.DeviceModel;
import io.cairn.qmp.device.Devices;
import io.cairn.qmp.device.Property;

import java.util.List;

/// The tree of buses and devices, as people see it.
final class TreeText {
    private final StringBuilder out = new StringBuilder();

    private TreeText() {}

    static String of(Devices devices) {
        TreeText text = new TreeText();
        text.add(devices.root(), 0);
        return text.out.toString();
    }

    private void line(int depth, String text) {
        out.append("  ".repeat(depth)).append(text).append('\n');
    }

    private void add(DeviceBus bus, int depth) {
        line(depth, "bus: " + bus.name());
        line(depth + 1, "type " + bus.typeText());
        for (Device device : bus.devices()) {
            add(device, depth + 1);
        }
    }

    private void add(Device device, int depth) {
        String driver = device.modelName();
        line(depth, "dev: " + driver + ", id \"" + device.id() + "\"");
        addProperties(device, DeviceModel.ownProperties(driver), depth + 1);
        String inner = DeviceModel.innerPart(driver);
        int inside = depth + 1;
        if (!inner.isEmpty()) {
            line(inside, "bus: virtio-bus");
            line(inside + 1, "type virtio-pci-bus");
            line(inside + 1, "dev: " + inner + ", id \"\"");
            inside += 2;
            addProperties(device, DeviceModel.ownProperties(inner), inside);
        }
        for (DeviceBus offered : device.buses().reversed()) {
            add(offered, inside);
        }
    }

    private void addProperties(Device device, List<Property> properties, int depth) {
        for (Property property : properties) {
            if (!property.isHidden()) {
                line(depth, property.shown(device.value(property.name())));
            }
        }
    }
}
