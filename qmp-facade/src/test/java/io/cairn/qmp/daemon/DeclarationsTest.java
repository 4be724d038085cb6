package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Option;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverProvider;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;
import io.cairn.qmp.command.Command;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.schema.Definition;
import io.cairn.qmp.schema.QmpSchema;
import io.cairn.qmp.schema.Schema;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What the schema declares, commands and drivers know too.
class DeclarationsTest {
    private static final List<DriverProvider> DRIVERS =
            List.of(new FormatDrivers(), new ProtocolDrivers(), new FilterDrivers());

    /// Commands that fail whatever they are asked.
    private static final Set<String> ALWAYS_FAILS = Set.of("block_passwd");

    /// Arguments without effect: no guest locks a tray or panics, no node is bound to a thread, and
    /// there is no processor or watchdog.
    private static final Set<String> WITHOUT_EFFECT =
            Set.of(
                    "blockdev-change-medium force",
                    "blockdev-open-tray force",
                    "eject force",
                    "human-monitor-command cpu-index",
                    "set-action panic",
                    "set-action watchdog",
                    "trace-event-set-state enable",
                    "trace-event-set-state ignore-unavailable",
                    "x-blockdev-set-iothread force");

    private final Schema schema = QmpSchema.load();

    @Test
    void everyCommandReadsAllItsArguments() throws Exception {
        CommandTable table = new StorageDaemon(new BlockGraph(new DriverRegistry(DRIVERS))).table();
        Set<String> unread = new TreeSet<>();
        for (Definition.Command definition : table.definitions()) {
            Command<?> command = table.find(definition.name()).orElseThrow();
            JsonObject sample = sample(schema.struct(definition.arguments()), 0);
            Set<String> reads = new HashSet<>();
            try {
                command.reader().read(new Arguments(sample, reads::add));
            } catch (QmpException | BlockException e) {
                // Not all of them go together; a reader tells so when it has read them.
            }
            if (!reads.contains("*") && !ALWAYS_FAILS.contains(definition.name())) {
                for (String member : sample.members().keySet()) {
                    if (!reads.contains(member)) {
                        unread.add(definition.name() + " " + member);
                    }
                }
            }
        }

        unread.removeAll(WITHOUT_EFFECT);
        assertThat(unread).isEmpty();
    }

    /// An object with all members, of a union's first case.
    private JsonObject sample(Definition.Struct struct, int depth) {
        JsonObject.Builder sample = JsonObject.builder();
        for (Definition.Member member : struct.members()) {
            if (depth < 4 || !member.optional()) {
                sample.put(member.name(), value(member.type(), depth));
            }
        }
        if (struct.tag() != null && !struct.cases().isEmpty()) {
            Map.Entry<String, String> first = struct.cases().entrySet().iterator().next();
            sample.put(struct.tag(), first.getKey());
            sample(schema.struct(first.getValue()), depth).members().forEach(sample::put);
        }
        return sample.build();
    }

    private JsonValue value(String type, int depth) {
        if (type.startsWith("[")) {
            return new JsonArray(List.of());
        }
        return switch (schema.find(type)) {
            case Definition.Choice choice -> JsonValue.of(choice.values().getFirst().name());
            case Definition.Struct struct -> sample(struct, depth + 1);
            case Definition.Alternate alternate -> value(alternate.types().getLast(), depth + 1);
            case null, default ->
                    switch (type) {
                        case "str" -> JsonValue.of("1");
                        case "bool" -> JsonValue.of(true);
                        case "null" -> JsonNull.NULL;
                        default -> JsonValue.of(1);
                    };
        };
    }

    @Test
    void everyDriversOptionsStandInTheSchema() {
        Definition.Struct options = schema.struct("BlockdevOptions");
        Set<String> common = members(options);
        Set<String> unknown = new TreeSet<>();
        int checked = 0;
        DriverRegistry registry = new DriverRegistry(DRIVERS);
        for (String name : options.cases().keySet()) {
            BlockDriver driver = registry.find(name).orElse(null);
            if (driver == null) {
                continue;
            }
            Set<String> known = members(schema.struct(options.cases().get(name)));
            for (Option option : driver.openSchema().list().options()) {
                String qmpName = option.qmpName();
                if (qmpName == null || qmpName.startsWith("x-")) {
                    continue;
                }
                int dot = qmpName.indexOf('.');
                String member = dot < 0 ? qmpName : qmpName.substring(0, dot);
                checked++;
                if (!known.contains(member) && !common.contains(member)) {
                    unknown.add(name + " " + qmpName);
                }
            }
        }

        assertThat(unknown).isEmpty();
        assertThat(checked).isGreaterThan(40);
    }

    private Set<String> members(Definition.Struct struct) {
        Set<String> names = new HashSet<>();
        struct.members().forEach(member -> names.add(member.name()));
        struct.cases().values().forEach(type -> names.addAll(members(schema.struct(type))));
        return names;
    }
}
