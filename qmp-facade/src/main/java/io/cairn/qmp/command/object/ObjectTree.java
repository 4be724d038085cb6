package io.cairn.qmp.command.object;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.object.ObjectType;
import io.cairn.block.object.ThrottleGroupObject;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Options;
import io.cairn.block.throttle.ThrottleLimits;
import io.cairn.qmp.chardev.Chardevs;
import io.cairn.qmp.command.ErrorClass;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.Device;
import io.cairn.qmp.device.Devices;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.service.StorageService;

import java.util.ArrayList;
import java.util.List;

/// The tree in which clients find objects by their paths (QMP reference manual, "QEMU Object Model
/// (QOM)"): `/objects` with what users have made, `/chardevs` with the character devices.
///
/// What a property is can be asked for `type` of every object, for the limits of throttle groups,
/// and for the drive of a device.
final class ObjectTree {
    private static final String TYPE = "type";
    private static final String DRIVE = "drive";

    private final ObjectRegistry objects;
    private final Chardevs chardevs;
    private final BlockGraph graph;
    private final Devices devices;

    ObjectTree(StorageService service) {
        this.graph = service.graph();
        this.objects = graph.objects();
        this.chardevs = service.chardevs();
        this.devices = service.devices();
    }

    /// A place in the tree.
    private sealed interface Place {
        record Root() implements Place {}

        record Objects() implements Place {}

        record CharacterDevices() implements Place {}

        record OfObject(ObjectRegistry.UserObject object) implements Place {}

        record OfDevice(Device device) implements Place {}
    }

    /// An absolute path, or the last part of one that is not ambiguous.
    private Place find(String path) throws QmpException {
        if (path.equals("/")) {
            return new Place.Root();
        }
        String below = path.startsWith("/objects/") ? path.substring("/objects/".length()) : path;
        if (path.equals("/objects") || path.equals("objects")) {
            return new Place.Objects();
        }
        if (path.equals("/chardevs") || path.equals("chardevs")) {
            return new Place.CharacterDevices();
        }
        return objects.find(below)
                .<Place>map(Place.OfObject::new)
                .or(() -> devices.find(path).map(Place.OfDevice::new))
                .orElseThrow(() -> notFound(path));
    }

    private static QmpException notFound(String path) {
        return new QmpException(ErrorClass.DEVICE_NOT_FOUND, "Device '" + path + "' not found");
    }

    /// The properties of what is at a path.
    List<JsonValue> list(String path) throws QmpException {
        List<JsonValue> properties = new ArrayList<>();
        properties.add(property(TYPE, "string"));
        switch (find(path)) {
            case Place.Root _ -> {
                properties.add(property("objects", "child<container>"));
                properties.add(property("chardevs", "child<container>"));
            }
            case Place.Objects _ -> objects.ids().forEach(id -> properties.add(child(id)));
            case Place.CharacterDevices _ ->
                    chardevs.query()
                            .forEach(device ->
                                    properties.add(property(device.id(), "child<chardev>")));
            case Place.OfObject(ObjectRegistry.UserObject object) ->
                    properties.addAll(declared(object.type()));
            case Place.OfDevice(Device device) -> {
                if (device.drive() != null) {
                    properties.add(property(DRIVE, "str"));
                }
            }
        }
        return properties;
    }

    private JsonValue child(String id) {
        String type = objects.find(id).map(ObjectRegistry.UserObject::type).orElse("object");
        return property(id, "child<" + type + ">");
    }

    /// The properties of a type.
    List<JsonValue> listOfType(String type) throws QmpException {
        if (objects.type(type).isEmpty()) {
            throw new QmpException(ErrorClass.DEVICE_NOT_FOUND, "Class '" + type + "' not found");
        }
        List<JsonValue> properties = new ArrayList<>();
        properties.add(property(TYPE, "string"));
        properties.addAll(declared(type));
        return properties;
    }

    /// What the type's help says, of which each line is `name=<type>`.
    private List<JsonValue> declared(String typeName) {
        ObjectType<?> type = objects.type(typeName).orElse(null);
        List<JsonValue> properties = new ArrayList<>();
        for (String line : type == null ? List.<String>of() : type.help()) {
            int equals = line.indexOf("=<");
            properties.add(
                    property(
                            line.substring(0, equals),
                            line.substring(equals + 2, line.indexOf('>', equals))));
        }
        return properties;
    }

    private static JsonValue property(String name, String type) {
        return JsonObject.builder().put("name", name).put("type", type).build();
    }

    /// The value of a property.
    JsonValue get(String path, String name) throws QmpException {
        Place place = find(path);
        if (name.equals(TYPE)) {
            return JsonValue.of(typeOf(place));
        }
        if (place instanceof Place.OfDevice(Device device)
                && name.equals(DRIVE)
                && device.drive() != null) {
            return JsonValue.of(device.drive().shownMedium());
        }
        if (place instanceof Place.OfObject(ThrottleGroupObject group)) {
            if (name.equals("limits")) {
                return limits(group.group().limits());
            }
            if (name.startsWith("x-") && ThrottleLimits.names().contains(name.substring(2))) {
                return JsonValue.of(group.group().limits().value(name.substring(2)));
            }
        }
        throw unknown(place, name);
    }

    private static JsonValue limits(ThrottleLimits limits) {
        JsonObject.Builder all = JsonObject.builder();
        ThrottleLimits.names().forEach(name -> all.put(name, limits.value(name)));
        return all.build();
    }

    private static String typeOf(Place place) {
        return switch (place) {
            case Place.OfObject(ObjectRegistry.UserObject object) -> object.type();
            case Place.OfDevice(Device device) -> device.modelName();
            case Place.Root _, Place.Objects _, Place.CharacterDevices _ -> "container";
        };
    }

    /// Gives a device another node in place of the one that it has.
    private void setDrive(Drive drive, String nodeName) throws BlockException, QmpException {
        BlockNode node =
                graph.find(nodeName)
                        .orElseThrow(() ->
                                QmpException.generic(
                                        "Cannot find device='' nor node-name='" + nodeName + "'"));
        if (drive.medium() == null) {
            drive.insert(node);
        } else {
            drive.backend().replaceNode(node);
        }
    }

    /// Gives a property another value.
    void set(String path, String name, JsonValue value) throws QmpException, BlockException {
        Place place = find(path);
        if (place instanceof Place.OfObject(ThrottleGroupObject group)) {
            if (name.equals("limits") && value instanceof JsonObject limits) {
                group.setLimits(Options.flattenArguments(limits), Dialect.QMP);
                return;
            }
            if (name.startsWith("x-") && ThrottleLimits.names().contains(name.substring(2))) {
                throw QmpException.generic("Property cannot be set after initialization");
            }
        }
        if (place instanceof Place.OfDevice(Device device)
                && name.equals(DRIVE)
                && device.drive() != null) {
            setDrive(device.drive(), value.asText());
            return;
        }
        throw unknown(place, name);
    }

    private static QmpException unknown(Place place, String name) {
        return QmpException.generic("Property '" + typeOf(place) + "." + name + "' not found");
    }
}
