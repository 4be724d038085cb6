package io.cairn.qmp.command.descriptor;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.os.FdSets;
import io.cairn.block.os.NamedDescriptors;
import io.cairn.block.os.PassedDescriptor;
import io.cairn.qmp.command.Caller;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Descriptors that clients pass: under names, and in sets that stand for files (QMP reference
/// manual, "Miscellanea"). Names and sets are the same for all clients.
public final class DescriptorCommands implements CommandFamily {
    /// The arguments of `getfd` and `closefd`.
    private record Name(String name) {
        static Name read(Arguments in) {
            return new Name(in.string("fdname"));
        }
    }

    /// The arguments of `add-fd`.
    private record Addition(@Nullable Long set, @Nullable String opaque) {
        static Addition read(Arguments in) {
            return new Addition(in.findInteger("fdset-id"), in.findString("opaque"));
        }
    }

    /// The arguments of `remove-fd`.
    private record Removal(long set, @Nullable Long descriptor) {
        static Removal read(Arguments in) {
            return new Removal(in.integer("fdset-id"), in.findInteger("fd"));
        }

        boolean isOf(FdSets.Member member) {
            return member.set() == set && (descriptor == null || descriptor == member.descriptor());
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.addAboutMonitor("getfd", Name::read, DescriptorCommands::name);
        table.add("closefd", Name::read, in -> NamedDescriptors.shared().close(in.name()));
        table.addAboutMonitor("add-fd", Addition::read, DescriptorCommands::add);
        table.add("remove-fd", Removal::read, DescriptorCommands::remove);
        table.query("query-fdsets", DescriptorCommands::sets);
    }

    private static JsonValue name(Name in, Caller caller) throws BlockException, QmpException {
        try (PassedDescriptor descriptor = new PassedDescriptor(caller.takeDescriptor())) {
            if (!NamedDescriptors.isName(in.name())) {
                throw new InvalidOptionException(
                        "Parameter 'fdname' expects a name not starting with a digit");
            }
            NamedDescriptors.shared().put(in.name(), descriptor.handOver());
        }
        return JsonObject.EMPTY;
    }

    private static JsonValue add(Addition in, Caller caller) throws BlockException, QmpException {
        try (PassedDescriptor descriptor = new PassedDescriptor(caller.takeDescriptor())) {
            if (in.set() != null && in.set() < 0) {
                throw new InvalidOptionException(
                        "Parameter 'fdset-id' expects a non-negative value");
            }
            FdSets.Member member = FdSets.shared().adopt(in.set(), descriptor, in.opaque());
            return JsonObject.builder()
                    .put("fdset-id", member.set())
                    .put("fd", member.descriptor())
                    .build();
        }
    }

    private static void remove(Removal in) throws BlockException {
        boolean isFound = false;
        for (FdSets.Member member : FdSets.shared().members()) {
            isFound |= in.isOf(member) && FdSets.shared().remove(member);
        }
        if (!isFound) {
            String which =
                    in.descriptor() == null
                            ? "fdset-id:" + in.set()
                            : "fdset-id:" + in.set() + ", fd:" + in.descriptor();
            throw new InvalidOptionException("File descriptor named '" + which + "' not found");
        }
    }

    /// The last set comes first, as with the peer.
    private static JsonValue sets() {
        Map<Long, List<JsonObject>> sets = new TreeMap<>();
        for (FdSets.Member member : FdSets.shared().members()) {
            JsonObject.Builder shown = JsonObject.builder().put("fd", member.descriptor());
            if (member.opaque() != null) {
                shown.put("opaque", member.opaque());
            }
            sets.computeIfAbsent(member.set(), _ -> new ArrayList<>()).add(shown.build());
        }
        List<JsonObject> shown = new ArrayList<>();
        sets.forEach((set, members) ->
                shown.add(
                        JsonObject.builder()
                                .put("fds", CommandTable.list(members))
                                .put("fdset-id", set)
                                .build()));
        return CommandTable.list(shown.reversed());
    }
}
