package io.cairn.qmp.command.device;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.ErrorClass;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.DeviceModel;
import io.cairn.qmp.device.Devices;
import io.cairn.qmp.device.Property;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import java.util.LinkedHashMap;
import java.util.Map;

/// The commands that make devices and take them away (QMP reference manual, "Device infrastructure
/// (qdev)").
public final class DeviceCommands implements CommandFamily {
    private final Devices devices;
    private final ObjectRegistry objects;

    public DeviceCommands(StorageService service) {
        this.devices = service.devices();
        this.objects = service.graph().objects();
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

    /// The arguments of `device-list-properties`.
    private record Type(String name) {
        static Type read(Arguments in) {
            return new Type(in.string("typename"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.query("device-list-properties", Type::read, this::properties);
        table.add("device_add", Addition::read, this::add);
        table.add("device_del", Removal::read, in -> devices.remove(in.id()));
    }

    private JsonValue properties(Type type) throws BlockException, QmpException {
        DeviceModel model = DeviceModel.find(type.name()).orElse(null);
        if (model != null) {
            return CommandTable.list(
                    DeviceModel.properties(DeviceModel.canonical(type.name())).stream()
                            .map(Property::info)
                            .toList());
        }
        if (objects.type(type.name()).isPresent()) {
            throw new InvalidOptionException(
                    "Parameter 'typename' expects a non-abstract device type");
        }
        throw new QmpException(
                ErrorClass.DEVICE_NOT_FOUND, "Device '" + type.name() + "' not found");
    }

    private void add(Addition in) throws BlockException, QmpException {
        devices.add(in.properties());
    }
}
