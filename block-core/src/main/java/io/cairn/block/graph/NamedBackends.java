package io.cairn.block.graph;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The backends of a graph that users know by a name: those of drives. One keeps its name while it
/// has no medium. Thread-safe.
public final class NamedBackends {
    private final BlockGraph graph;

    // Guarded by this.
    private final Map<String, BlockBackend> backends = new LinkedHashMap<>();

    NamedBackends(BlockGraph graph) {
        this.graph = graph;
    }

    /// Makes a backend without a medium.
    ///
    /// @throws InvalidOptionException if a backend or a node has that name
    public BlockBackend add(String name) throws InvalidOptionException {
        if (graph.find(name).isPresent()) {
            throw new InvalidOptionException(
                    "Device name '" + name + "' conflicts with an existing node name");
        }
        synchronized (this) {
            if (backends.containsKey(name)) {
                throw new InvalidOptionException("Device with id '" + name + "' already exists");
            }
            BlockBackend backend = new BlockBackend(graph, name);
            backends.put(name, backend);
            return backend;
        }
    }

    /// Takes a backend's name away.
    public synchronized void remove(BlockBackend backend) {
        backends.remove(backend.name(), backend);
    }

    /// The backend of that name.
    public synchronized Optional<BlockBackend> find(String name) {
        return Optional.ofNullable(backends.get(name));
    }

    /// The backend whose root is the node of that name.
    public Optional<BlockBackend> withRoot(String node) {
        return all().stream().filter(backend -> isRoot(node, backend.root())).findFirst();
    }

    private static boolean isRoot(String node, @Nullable ChildEdge root) {
        return root != null && root.node().name().equals(node);
    }

    /// All of them, in the order of their making.
    public synchronized List<BlockBackend> all() {
        return new ArrayList<>(backends.values());
    }
}
