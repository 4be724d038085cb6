package io.cairn.qmp.command.chardev;

import io.cairn.block.option.JsonObject;
import io.cairn.qmp.chardev.ChardevFactory;
import io.cairn.qmp.chardev.Chardevs;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

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

    @Override
    public void addTo(CommandTable table) {
        table.addAnswering(
                "chardev-add",
                Addition::read,
                in -> {
                    factory.add(in.id(), in.backend());
                    return JsonObject.EMPTY;
                });
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

    private static JsonObject info(Chardevs.ChardevInfo device) {
        return JsonObject.builder()
                .put("label", device.id())
                .put("filename", device.filename())
                .put("frontend-open", device.isOpen())
                .build();
    }
}
