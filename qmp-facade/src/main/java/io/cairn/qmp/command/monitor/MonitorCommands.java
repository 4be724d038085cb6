package io.cairn.qmp.command.monitor;

import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.schema.Introspection;
import io.cairn.qmp.service.StorageService;

import java.util.List;

/// The commands that negotiate, introspect and end (QMP reference manual, "QMP monitor control" and
/// "QMP introspection").
public final class MonitorCommands implements CommandFamily {
    private final StorageService service;
    private final JsonObject version;

    /// @param version what `query-version` says
    public MonitorCommands(StorageService service, JsonObject version) {
        this.service = service;
        this.version = version;
    }

    /// The arguments of `qmp_capabilities`.
    private record Negotiation(List<String> enable) {
        static Negotiation read(Arguments in) {
            return new Negotiation(in.strings("enable"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.addAboutMonitor(
                "qmp_capabilities",
                Negotiation::read,
                (negotiation, caller) -> {
                    caller.negotiated(negotiation.enable());
                    return JsonObject.EMPTY;
                });
        table.add("quit", service::quit);
        table.query("query-version", () -> version);
        table.query("query-commands", () -> commands(table));
        table.query(
                "query-qmp-schema",
                () ->
                        Introspection.of(
                                table.schema(),
                                table.definitions(),
                                service.events().definitions()));
    }

    private static JsonValue commands(CommandTable table) {
        return CommandTable.list(
                table.definitions().stream()
                        .map(command -> JsonObject.builder().put("name", command.name()).build())
                        .toList());
    }
}
