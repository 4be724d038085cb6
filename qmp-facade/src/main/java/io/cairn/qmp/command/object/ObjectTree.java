package io.cairn.qmp.command.object;

import io.cairn.block.BlockException;
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

import java.util.ArrayList;
import java.util.List;

/// The tree in which clients find objects by their paths (QMP reference manual, "QEMU Object Model
/// (QOM)"): `/objects` with what users have made, `/chardevs` with the character devices.
///
/// What a property is can be asked for `type` of every object and for the limits of throttle
/// groups.
final class ObjectTree {
    private static final String TYPE = "type";

    private final ObjectRegistry objects;
    private final Chardevs chardevs;

    ObjectTree(ObjectRegistry objects, Chardevs chardevs) {
        this.objects = objects;
        this.chardevs = chardevs;
    }

    /// A place in the tree.
    private sealed interface Place {
        record Root() implements Place {}

        record Objects() implements Place {}

        record Devices() implements Place {}

        record OfObject(ObjectRegistry.UserObject object) implements Place {}
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
            return new Place.Devices();
        }
        return objects.find(below)
                .<Place>map(Place.OfObject::new)
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
            case Place.Devices _ ->
                    chardevs.query()
                            .forEach(device ->
                                    properties.add(property(device.id(), "child<chardev>")));
            case Place.OfObject(ObjectRegistry.UserObject object) ->
                    properties.addAll(declared(object.type()));
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
            return JsonValue.of(
                    place instanceof Place.OfObject(ObjectRegistry.UserObject object)
                            ? object.type()
                            : "container");
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

    /// Gives a property another value.
    void set(String path, String name, JsonValue value) throws QmpException, BlockException {
        Place place = find(path);
        if (place instanceof Place.OfObject(ThrottleGroupObject group)) {
            if (name.equals("limits") && value instanceof JsonObject limits) {
                group.setLimits(Options.flattenArguments(limits), Dialect.QMP);
                return;
            }
            if (name.startsWith("x-") && ThrottleLimits.names().contains(name.substring(2))) {
                group.setLimits(new Options().put(name.substring(2), value), Dialect.QMP);
                return;
            }
        }
        throw unknown(place, name);
    }

    private static QmpException unknown(Place place, String name) {
        String type =
                place instanceof Place.OfObject(ObjectRegistry.UserObject object)
                        ? object.type()
                        : "container";
        return QmpException.generic("Property '" + type + "." + name + "' not found");
    }
}
