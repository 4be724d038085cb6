package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.qmp.chardev.ChardevFactory;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

/// The commands for people about what stands around disks: NBD, objects, character devices and
/// descriptors.
final class HumanObjectCommands {
    private static final String TYPE = "qom-type";

    private final StorageService service;
    private final ObjectRegistry objects;
    private final Qmp qmp;

    HumanObjectCommands(StorageService service, Qmp qmp) {
        this.service = service;
        this.objects = service.graph().objects();
        this.qmp = qmp;
    }

    private String execute(String command, JsonObject.Builder arguments)
            throws BlockException, QmpException {
        qmp.execute(command, arguments.build());
        return "";
    }

    private static JsonObject.Builder arguments() {
        return JsonObject.builder();
    }

    void addTo(HumanMonitor monitor) {
        addServerCommands(monitor);
        addObjectCommands(monitor);
        addChardevCommands(monitor);
        add(monitor, "closefd", "name:text", "closefd name", CLOSE_HELP, w -> byName("closefd", w));
    }

    private static final String CLOSE_HELP =
            "close a file descriptor previously passed via SCM rights";

    private static void add(
            HumanMonitor monitor,
            String name,
            String parameters,
            String synopsis,
            String help,
            HumanCommand.Action action) {
        monitor.add(HumanCommand.of(name, parameters, synopsis, help, action));
    }

    private String byName(String command, Words words) throws BlockException, QmpException {
        return execute(command, arguments().put("fdname", words.get("name")));
    }

    // ---- NBD

    private void addServerCommands(HumanMonitor monitor) {
        add(
                monitor,
                "nbd_server_start",
                "-a -w uri:text",
                "nbd_server_start [-a] [-w] host:port",
                "serve block devices on the given host and port",
                this::startServer);
        add(
                monitor,
                "nbd_server_add",
                "-w device:device name:text?",
                "nbd_server_add [-w] device [name]",
                "export a block device via NBD",
                words -> export(words.get("device"), words.find("name"), words.has('w')));
        add(
                monitor,
                "nbd_server_remove",
                "-f name:text",
                "nbd_server_remove [-f] name",
                "remove an export previously exposed via NBD",
                words ->
                        execute(
                                "nbd-server-remove",
                                arguments()
                                        .put("name", words.get("name"))
                                        .put("mode", words.has('f') ? "hard" : "safe")));
        add(
                monitor,
                "nbd_server_stop",
                "",
                "nbd_server_stop",
                "stop serving block devices using the NBD protocol",
                _ -> execute("nbd-server-stop", arguments()));
    }

    private String startServer(Words words) throws BlockException, QmpException {
        if (words.has('w') && !words.has('a')) {
            throw QmpException.generic("-w only valid together with -a");
        }
        execute("nbd-server-start", arguments().put("addr", address(words.get("uri"))));
        if (!words.has('a')) {
            return "";
        }
        try {
            for (Drive drive : service.drives().all()) {
                if (drive.medium() != null && !drive.name().isEmpty()) {
                    export(drive.name(), null, words.has('w'));
                }
            }
        } catch (BlockException | QmpException e) {
            service.exports().stop();
            throw e;
        }
        return "";
    }

    private String export(String device, @Nullable String name, boolean isWritable)
            throws BlockException, QmpException {
        JsonObject.Builder arguments =
                arguments().put("device", device).put("writable", isWritable);
        if (name != null) {
            arguments.put("name", name);
        }
        return execute("nbd-server-add", arguments);
    }

    /// The socket that `unix:PATH` or `HOST:PORT` stands for.
    private static JsonObject address(String text) throws QmpException {
        if (text.startsWith("unix:")) {
            return legacy("unix", arguments().put("path", text.substring("unix:".length())));
        }
        int colon = text.startsWith("[") ? text.indexOf("]:") + 1 : text.indexOf(':');
        if (colon < 0 || colon + 1 >= text.length() || text.startsWith("[") && colon == 0) {
            throw QmpException.generic("error parsing address '" + text + "'");
        }
        String host =
                text.startsWith("[") ? text.substring(1, colon - 1) : text.substring(0, colon);
        return legacy("inet", arguments().put("host", host).put("port", text.substring(colon + 1)));
    }

    private static JsonObject legacy(String type, JsonObject.Builder data) {
        return arguments().put("type", type).put("data", data.build()).build();
    }

    // ---- objects

    private void addObjectCommands(HumanMonitor monitor) {
        add(
                monitor,
                "object_add",
                "object:rest",
                "[qom-type=]type,id=str[,prop=value][,...]",
                "create QOM object",
                words -> addObject(words.get("object")));
        add(
                monitor,
                "object_del",
                "id:text",
                "id",
                "destroy QOM object",
                words -> execute("object-del", arguments().put("id", words.get("id"))));
        add(
                monitor,
                "qom-list",
                "path:text?",
                "path",
                "list QOM properties",
                words -> list(words.find("path")));
        add(
                monitor,
                "qom-get",
                "path:text property:text",
                "path property",
                "print QOM property",
                words -> Json.printPretty(qmp.execute("qom-get", property(words).build())) + "\n");
        add(
                monitor,
                "qom-set",
                "-j path:text property:text value:rest",
                "[-j] path property value",
                "set QOM property.\n\t\t\t-j: the value is specified in json format.",
                this::set);
    }

    private static JsonObject.Builder property(Words words) {
        return arguments().put("path", words.get("path")).put("property", words.get("property"));
    }

    private String set(Words words) throws BlockException, QmpException {
        String text = words.get("value");
        JsonValue value = words.has('j') ? Json.parse(text) : JsonValue.of(text);
        return execute("qom-set", property(words).put("value", value));
    }

    private String list(@Nullable String path) throws BlockException, QmpException {
        if (path == null) {
            return "/\n";
        }
        StringBuilder out = new StringBuilder();
        JsonObject arguments = arguments().put("path", path).build();
        for (JsonValue value : BlockText.elements(qmp.execute("qom-list", arguments))) {
            JsonObject info = (JsonObject) value;
            out.append(BlockText.text(info, "name"))
                    .append(" (")
                    .append(BlockText.text(info, "type"))
                    .append(")\n");
        }
        return out.toString();
    }

    private String addObject(String text) throws BlockException, QmpException {
        boolean isJson = text.startsWith("{");
        JsonObject object = isJson ? Json.parseObject(text) : Keyval.parseObject(text, TYPE);
        Options properties = isJson ? Options.flattenArguments(object) : Options.flatten(object);
        String type = require(properties.takeText(TYPE), TYPE);
        if (!objects.types().contains(type)) {
            throw new InvalidOptionException(
                    "Parameter '" + TYPE + "' does not accept value '" + type + "'");
        }
        String id = require(properties.takeText("id"), "id");
        objects.add(type, id, properties, isJson ? Dialect.QMP : Dialect.KEYVAL);
        return "";
    }

    private static String require(@Nullable String value, String name) throws QmpException {
        if (value == null) {
            throw QmpException.generic("Parameter '" + name + "' is missing");
        }
        return value;
    }

    // ---- character devices

    private void addChardevCommands(HumanMonitor monitor) {
        ChardevFactory factory = service.chardevFactory();
        add(
                monitor,
                "chardev-add",
                "args:text",
                "args",
                "add chardev",
                words -> {
                    factory.add(words.get("args"));
                    return "";
                });
        add(
                monitor,
                "chardev-change",
                "id:text args:text",
                "id args",
                "change chardev",
                words -> {
                    factory.change(words.get("id"), words.get("args"));
                    return "";
                });
        add(
                monitor,
                "chardev-remove",
                "id:text",
                "id",
                "remove chardev",
                words -> execute("chardev-remove", arguments().put("id", words.get("id"))));
        add(
                monitor,
                "chardev-send-break",
                "id:text",
                "id",
                "send a break on chardev",
                words -> execute("chardev-send-break", arguments().put("id", words.get("id"))));
        add(
                monitor,
                "ringbuf_write",
                "device:text data:text",
                "device data",
                "Write to a ring buffer character device",
                words ->
                        execute(
                                "ringbuf-write",
                                arguments()
                                        .put("device", words.get("device"))
                                        .put("data", words.get("data"))));
        add(
                monitor,
                "ringbuf_read",
                "device:text size:number",
                "device size",
                "Read from a ring buffer character device",
                this::readRing);
    }

    private String readRing(Words words) throws BlockException, QmpException {
        JsonObject.Builder arguments =
                arguments().put("device", words.get("device")).put("size", words.number("size"));
        return qmp.execute("ringbuf-read", arguments.build()).asText() + "\n";
    }
}
