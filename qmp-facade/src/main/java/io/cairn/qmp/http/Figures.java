package io.cairn.qmp.http;

import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;
import io.cairn.block.statistics.OperationStatistics;
import io.cairn.job.scheduler.JobInfo;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.export.ExportInfo;
import io.cairn.qmp.service.StorageService;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// What a daemon's page shows, as it was at about one moment.
///
/// @param vertices the front ends and then the nodes of the graph
/// @param edges between these
/// @param drives the drives that have a name or a device
/// @param jobs those that have not vanished
/// @param exports the newest first
record Figures(
        List<Vertex> vertices,
        List<Edge> edges,
        List<DriveFigures> drives,
        List<JobInfo> jobs,
        List<ExportInfo> exports) {
    Figures {
        vertices = List.copyOf(vertices);
        edges = List.copyOf(edges);
        drives = List.copyOf(drives);
        jobs = List.copyOf(jobs);
        exports = List.copyOf(exports);
    }

    /// What the picture shows as a box.
    sealed interface Vertex {
        String name();
    }

    /// Who uses a node: a drive, an export, a job.
    ///
    /// @param name what users call it; may be empty
    record FrontEnd(String name) implements Vertex {}

    /// A node of the graph.
    record NodeFigures(
            String name,
            String driver,
            String filename,
            boolean isReadOnly,
            Map<OperationKind, OperationStatistics> counted)
            implements Vertex {
        NodeFigures {
            counted = Map.copyOf(counted);
        }
    }

    /// A drive, by its name or that of its device.
    record DriveFigures(String name, Map<OperationKind, OperationStatistics> counted) {
        DriveFigures {
            counted = Map.copyOf(counted);
        }
    }

    /// Who uses whom.
    ///
    /// @param parent an index into the vertices
    /// @param child another
    /// @param name what the child is to its parent
    record Edge(int parent, int child, String name) {}

    /// Looks at all there is.
    static Figures of(StorageService service) {
        List<Vertex> vertices = new ArrayList<>();
        IdentityHashMap<Object, Integer> indexes = new IdentityHashMap<>();
        List<BlockBackend> backends = service.graph().backends();
        List<BlockNode> nodes = service.graph().nodes();
        for (BlockBackend backend : backends) {
            indexes.put(backend, vertices.size());
            vertices.add(new FrontEnd(backend.shownName()));
        }
        for (BlockNode node : nodes) {
            indexes.put(node, vertices.size());
            vertices.add(figures(node));
        }
        List<Edge> edges = new ArrayList<>();
        for (BlockBackend backend : backends) {
            ChildEdge root = backend.root();
            if (root != null) {
                addEdge(edges, indexes, backend, root);
            }
        }
        for (BlockNode node : nodes) {
            for (ChildEdge child : node.children()) {
                addEdge(edges, indexes, node, child);
            }
        }
        return new Figures(
                vertices,
                edges,
                drives(service),
                service.jobs().query(),
                service.exports().query());
    }

    /// The graph may have changed since its nodes were listed: an edge to a newer one is left out.
    private static void addEdge(
            List<Edge> edges,
            IdentityHashMap<Object, Integer> indexes,
            Object parent,
            ChildEdge edge) {
        Integer from = indexes.get(parent);
        Integer to = indexes.get(edge.node());
        if (from != null && to != null) {
            edges.add(new Edge(from, to, edge.name()));
        }
    }

    private static NodeFigures figures(BlockNode node) {
        return new NodeFigures(
                node.name(),
                node.driver(),
                node.filename(),
                node.isReadOnly(),
                node.accounting().map(Figures::counted).orElse(Map.of()));
    }

    private static List<DriveFigures> drives(StorageService service) {
        List<DriveFigures> drives = new ArrayList<>();
        for (Drive drive : service.drives().all()) {
            String name = drive.name();
            if (name.isEmpty() && drive.device() != null) {
                name = drive.device().ownerName();
            }
            if (!name.isEmpty()) {
                drives.add(new DriveFigures(name, counted(drive.accounting())));
            }
        }
        return drives;
    }

    private static Map<OperationKind, OperationStatistics> counted(Accounting accounting) {
        Map<OperationKind, OperationStatistics> counted = new EnumMap<>(OperationKind.class);
        for (OperationKind kind : OperationKind.values()) {
            counted.put(kind, accounting.statistics(kind));
        }
        return counted;
    }
}
