package io.cairn.qmp.command.monitor;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.schema.Introspection;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

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

    /// The arguments of `trace-event-get-state`, and those of `trace-event-set-state` that matter
    /// where there are no events.
    private record TraceEvents(String name, @Nullable Long processor) {
        static TraceEvents read(Arguments in) {
            return new TraceEvents(in.string("name"), in.findInteger("vcpu"));
        }

        /// There are no trace events, and no processors that have some of their own: a name is
        /// unknown, and a pattern fits none.
        void require() throws InvalidOptionException {
            if (processor != null) {
                throw new InvalidOptionException(
                        "invalid vCPU index " + Integer.toUnsignedString(processor.intValue()));
            }
            if (name.indexOf('*') < 0 && name.indexOf('?') < 0) {
                throw new InvalidOptionException("unknown event \"" + name + "\"");
            }
        }
    }

    /// The arguments of `query-command-line-options`.
    private record OptionName(@Nullable String option) {
        static OptionName read(Arguments in) {
            return new OptionName(in.findString("option"));
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
        table.query(
                "trace-event-get-state",
                TraceEvents::read,
                events -> {
                    events.require();
                    return CommandTable.list(List.of());
                });
        table.add("trace-event-set-state", TraceEvents::read, TraceEvents::require);
        table.query(
                "query-command-line-options",
                OptionName::read,
                in -> CommandTable.list(CommandLineOptions.describe(in.option())));
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
