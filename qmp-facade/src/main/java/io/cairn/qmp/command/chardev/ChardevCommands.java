package io.cairn.qmp.command.chardev;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.chardev.Chardev;
import io.cairn.qmp.chardev.ChardevFactory;
import io.cairn.qmp.chardev.Chardevs;
import io.cairn.qmp.chardev.PtyChardev;
import io.cairn.qmp.chardev.RingBuffer;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Character devices that are made and removed at run time (QMP reference manual, "Character
/// devices").
public final class ChardevCommands implements CommandFamily {
    private final Chardevs chardevs;
    private final ChardevFactory factory;

    public ChardevCommands(StorageService service) {
        this.chardevs = service.chardevs();
        this.factory = service.chardevFactory();
    }

    /// The arguments of `chardev-add`.
    private record Addition(String id, Arguments backend) {
        static Addition read(Arguments in) {
            return new Addition(in.string("id"), in.object("backend"));
        }
    }

    /// The arguments of `chardev-remove`.
    private record Removal(String id) {
        static Removal read(Arguments in) {
            return new Removal(in.string("id"));
        }
    }

    /// The arguments of `chardev-send-break`.
    private record Break(String id) {
        static Break read(Arguments in) {
            return new Break(in.string("id"));
        }
    }

    /// The arguments of `ringbuf-write`.
    private record Writing(String device, String data, boolean isBase64) {
        static Writing read(Arguments in) {
            return new Writing(in.string("device"), in.string("data"), asksForBase64(in));
        }
    }

    /// The arguments of `ringbuf-read`.
    private record Reading(String device, long size, boolean isBase64) {
        static Reading read(Arguments in) {
            return new Reading(in.string("device"), in.integer("size"), asksForBase64(in));
        }
    }

    private static boolean asksForBase64(Arguments in) {
        return in.string("format", "utf8").equals("base64");
    }

    @Override
    public void addTo(CommandTable table) {
        table.addAnswering(
                "chardev-add", Addition::read, in -> made(factory.add(in.id(), in.backend())));
        table.addAnswering(
                "chardev-change",
                Addition::read,
                in -> made(factory.change(in.id(), in.backend())));
        table.add("chardev-send-break", Break::read, this::sendBreak);
        table.add("ringbuf-write", Writing::read, this::write);
        table.addAnswering("ringbuf-read", Reading::read, this::read);
        table.add("chardev-remove", Removal::read, in -> chardevs.remove(in.id()));
        table.query(
                "query-chardev",
                () ->
                        CommandTable.list(
                                chardevs.query().stream().map(ChardevCommands::info).toList()));
        table.query(
                "query-chardev-backends",
                () ->
                        CommandTable.list(
                                ChardevFactory.BACKENDS.stream()
                                        .map(name -> JsonObject.builder().put("name", name).build())
                                        .toList()));
    }

    /// A `ChardevReturn`.
    private static JsonObject made(Chardev device) {
        return device instanceof PtyChardev pty
                ? JsonObject.builder().put("pty", pty.terminal()).build()
                : JsonObject.EMPTY;
    }

    /// No device of ours is a line on which a break means something.
    private void sendBreak(Break in) throws BlockException {
        if (chardevs.find(in.id()).isEmpty()) {
            throw new InvalidOptionException("Chardev '" + in.id() + "' not found");
        }
    }

    private RingBuffer ring(String id) throws BlockException {
        Chardev device =
                chardevs.find(id)
                        .orElseThrow(
                                () -> new InvalidOptionException("Device '" + id + "' not found"));
        if (device instanceof RingBuffer ring) {
            return ring;
        }
        throw new InvalidOptionException(id + " is not a ringbuf device");
    }

    private void write(Writing in) throws BlockException {
        RingBuffer ring = ring(in.device());
        if (!in.isBase64()) {
            ring.write(in.data().getBytes(StandardCharsets.UTF_8));
            return;
        }
        try {
            ring.write(Base64.getDecoder().decode(in.data()));
        } catch (IllegalArgumentException e) {
            InvalidOptionException failure =
                    new InvalidOptionException("Base64 data contains invalid characters");
            failure.initCause(e);
            throw failure;
        }
    }

    private JsonValue read(Reading in) throws BlockException {
        RingBuffer ring = ring(in.device());
        if (in.size() <= 0) {
            throw new InvalidOptionException("size must be greater than zero");
        }
        byte[] bytes = ring.read(in.size());
        return new JsonString(
                in.isBase64()
                        ? Base64.getEncoder().encodeToString(bytes)
                        : new String(bytes, StandardCharsets.UTF_8));
    }

    private static JsonObject info(Chardevs.ChardevInfo device) {
        return JsonObject.builder()
                .put("label", device.id())
                .put("filename", device.filename())
                .put("frontend-open", device.isOpen())
                .build();
    }
}
