package io.cairn.cli.image;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.object.ObjectType;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.ToolException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The argument of `--object`: `TYPE,id=ID,…`, an object in JSON, or a request for help.
final class ObjectArgument {
    private static final String TYPE = "qom-type";

    private ObjectArgument() {}

    /// Makes the object.
    ///
    /// @throws ToolException with status 0 after help was printed
    static void create(String text, ObjectRegistry registry, Stdout out)
            throws BlockException, ToolException {
        boolean isJson = text.startsWith("{");
        if (!isJson && Keyval.parse(text, TYPE).help()) {
            printHelp(Keyval.parse(text, TYPE).toOptions().getString(TYPE), registry, out);
            throw ToolException.silent(0);
        }
        JsonObject object = Keyval.parseObject(text, TYPE);
        Options properties = isJson ? Options.flattenArguments(object) : Options.flatten(object);
        String type = require(properties.takeText(TYPE), TYPE);
        if (!registry.types().contains(type)) {
            throw new InvalidOptionException(
                    "Parameter '" + TYPE + "' does not accept value '" + type + "'");
        }
        String id = require(properties.takeText("id"), "id");
        registry.add(type, id, properties, isJson ? Dialect.QMP : Dialect.KEYVAL);
    }

    private static String require(@Nullable String value, String name)
            throws InvalidOptionException {
        if (value == null) {
            throw new InvalidOptionException("Parameter '" + name + "' is missing");
        }
        return value;
    }

    private static void printHelp(@Nullable String typeName, ObjectRegistry registry, Stdout out) {
        ObjectType<?> type = typeName == null ? null : registry.type(typeName).orElse(null);
        if (type == null) {
            printTypes(registry, out);
            return;
        }
        out.println(typeName + " options:");
        for (String line : type.help()) {
            out.println("  ".concat(line));
        }
    }

    private static void printTypes(ObjectRegistry registry, Stdout out) {
        List<String> types = new ArrayList<>(registry.types());
        Collections.sort(types);
        out.println("List of user creatable objects:");
        for (String type : types) {
            out.println("  ".concat(type));
        }
    }
}
