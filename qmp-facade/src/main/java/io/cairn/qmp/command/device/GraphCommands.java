package io.cairn.qmp.command.device;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The commands that watch and change single nodes and edges of the graph (QMP reference manual,
/// "Block devices").
public final class GraphCommands implements CommandFamily {
    private final BlockGraph graph;

    public GraphCommands(StorageService service) {
        this.graph = service.graph();
    }

    /// The arguments of `x-blockdev-change`.
    private record Change(String parent, @Nullable String child, @Nullable String node) {
        static Change read(Arguments in) {
            return new Change(in.string("parent"), in.findString("child"), in.findString("node"));
        }
    }

    /// The arguments of `x-blockdev-set-iothread`.
    private record Threading(String nodeName, @Nullable String iothread) {
        static Threading read(Arguments in) {
            JsonValue value = in.value("iothread");
            return new Threading(
                    in.string("node-name"), value == JsonNull.NULL ? null : value.asText());
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.query("x-debug-query-block-graph", this::picture);
        table.add("x-blockdev-change", Change::read, this::change);
        table.add("x-blockdev-set-iothread", Threading::read, this::setThread);
    }

    private void change(Change in) throws BlockException, QmpException {
        BlockNode parent = graph.lookup(in.parent());
        if ((in.child() == null) == (in.node() == null)) {
            throw QmpException.generic(
                    in.child() == null
                            ? "Either child or node must be specified"
                            : "The parameters child and node are in conflict");
        }
        if (in.child() != null) {
            ChildEdge child =
                    parent.child(in.child())
                            .orElseThrow(() ->
                                    QmpException.generic(
                                            "Node '"
                                                    + in.parent()
                                                    + "' does not have child '"
                                                    + in.child()
                                                    + "'"));
            graph.removeChild(parent, child);
        }
        if (in.node() != null) {
            BlockNode node =
                    graph.find(in.node())
                            .orElseThrow(() ->
                                    QmpException.generic("Node '" + in.node() + "' not found"));
            graph.addChild(parent, node);
        }
    }

    /// Requests run on threads of their own whatever the node, so this only looks whether the peer
    /// would refuse.
    private void setThread(Threading in) throws QmpException {
        String thread = in.iothread();
        if (graph.find(in.nodeName()).isEmpty()) {
            throw QmpException.generic(
                    "Failed to find node with node-name='" + in.nodeName() + "'");
        }
        if (thread != null
                && graph.objects()
                        .find(thread)
                        .filter(object -> object.type().equals("iothread"))
                        .isEmpty()) {
            throw QmpException.generic("Cannot find iothread " + thread);
        }
    }

    private JsonValue picture() {
        Picture picture = new Picture();
        Map<BlockBackend.DrainListener, List<BlockBackend>> jobs = new LinkedHashMap<>();
        for (BlockBackend backend : graph.backends()) {
            BlockBackend.JobUse use = backend.jobUse().orElse(null);
            if (use == null) {
                picture.vertex(backend, "block-backend", backend.shownName());
                picture.root(backend, backend);
            } else {
                jobs.computeIfAbsent(use.listener(), _ -> new ArrayList<>()).add(backend);
            }
        }
        for (var job : new ArrayList<>(jobs.entrySet()).reversed()) {
            String id = job.getValue().getFirst().jobUse().orElseThrow().id();
            picture.vertex(job.getKey(), "block-job", id);
            job.getValue().reversed().forEach(backend -> picture.root(job.getKey(), backend));
        }
        for (BlockNode node : graph.nodes()) {
            picture.vertex(node, "block-driver", node.name());
            for (ChildEdge child : new ArrayList<>(node.children()).reversed()) {
                picture.edge(node, child);
            }
        }
        return picture.toJson();
    }

    /// The picture of the graph, newest first as the peer draws it; numbers are given to who comes
    /// first, be it at the end of an edge.
    private static final class Picture {
        private final IdentityHashMap<Object, Long> numbers = new IdentityHashMap<>();
        private final List<JsonValue> nodes = new ArrayList<>();
        private final List<JsonValue> edges = new ArrayList<>();

        void vertex(Object of, String type, String name) {
            nodes.add(
                    JsonObject.builder()
                            .put("id", number(of))
                            .put("type", type)
                            .put("name", name)
                            .build());
        }

        void root(Object parent, BlockBackend backend) {
            ChildEdge root = backend.root();
            if (root != null) {
                edge(parent, root);
            }
        }

        void edge(Object parent, ChildEdge edge) {
            edges.add(
                    JsonObject.builder()
                            .put("parent", number(parent))
                            .put("child", number(edge.node()))
                            .put("name", edge.name())
                            .put("perm", permissions(edge.needed()))
                            .put("shared-perm", permissions(edge.shared()))
                            .build());
        }

        private long number(Object of) {
            return numbers.computeIfAbsent(of, _ -> numbers.size() + 1L);
        }

        JsonValue toJson() {
            return JsonObject.builder()
                    .put("nodes", new JsonArray(nodes.reversed()))
                    .put("edges", new JsonArray(edges.reversed()))
                    .build();
        }
    }

    private static JsonArray permissions(Permissions permissions) {
        List<JsonValue> names = new ArrayList<>();
        for (Permission permission : List.of(Permission.values()).reversed()) {
            if (permissions.has(permission)) {
                names.add(
                        JsonValue.of(permission.name().toLowerCase(Locale.ROOT).replace('_', '-')));
            }
        }
        return new JsonArray(names);
    }
}
