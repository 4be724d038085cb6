package io.cairn.qmp.command.device;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.Devices;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import java.util.LinkedHashMap;
import java.util.Map;

/// The commands that make devices and take them away (QMP reference manual, "Device infrastructure
/// (qdev)").
public final class DeviceCommands implements CommandFamily {
    private final Devices devices;

    public DeviceCommands(StorageService service) {
        this.devices = service.devices();
    }

    /// The arguments of `device_add`.
    private record Addition(Map<String, String> properties) {
        static Addition read(Arguments in) {
            Map<String, String> properties = new LinkedHashMap<>();
            for (Map.Entry<String, JsonValue> entry : in.all().members().entrySet()) {
                JsonValue value = entry.getValue();
                properties.put(
                        entry.getKey(),
                        value instanceof JsonBoolean bool
                                ? (bool.value() ? "on" : "off")
                                : value.asText());
            }
            return new Addition(properties);
        }
    }

    /// The arguments of `device_del`.
    private record Removal(String id) {
        static Removal read(Arguments in) {
            return new Removal(in.string("id"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("device_add", Addition::read, this::add);
        table.add("device_del", Removal::read, in -> devices.remove(in.id()));
    }

    private void add(Addition in) throws BlockException, QmpException {
        devices.add(in.properties());
    }
}
