package io.cairn.qmp.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/// Where the boxes of the picture stand: each below all that use it, and in its row about under
/// their middle.
final class Layers {
    private final List<List<Integer>> parents = new ArrayList<>();
    private final List<List<Integer>> children = new ArrayList<>();
    private final int[] rows;
    private final List<List<Integer>> layers = new ArrayList<>();

    /// @param count of the boxes
    /// @param edges between them, by number
    Layers(int count, List<Figures.Edge> edges) {
        rows = new int[count];
        for (int i = 0; i < count; i++) {
            parents.add(new ArrayList<>());
            children.add(new ArrayList<>());
        }
        for (Figures.Edge edge : edges) {
            parents.get(edge.child()).add(edge.parent());
            children.get(edge.parent()).add(edge.child());
        }
        findRows();
        for (int i = 0; i < count; i++) {
            while (layers.size() <= rows[i]) {
                layers.add(new ArrayList<>());
            }
            layers.get(rows[i]).add(i);
        }
        order();
    }

    /// A box's row is the length of the longest way to it. In a graph that changes while it is
    /// looked at there may seem to be a circle, whose boxes stay in the rows that they have got.
    private void findRows() {
        int[] waiting = new int[rows.length];
        Deque<Integer> ready = new ArrayDeque<>();
        for (int i = 0; i < rows.length; i++) {
            waiting[i] = parents.get(i).size();
            if (waiting[i] == 0) {
                ready.add(i);
            }
        }
        while (!ready.isEmpty()) {
            int at = ready.remove();
            for (int child : children.get(at)) {
                rows[child] = Math.max(rows[child], rows[at] + 1);
                if (--waiting[child] == 0) {
                    ready.add(child);
                }
            }
        }
    }

    private void order() {
        double[] places = new double[rows.length];
        for (List<Integer> layer : layers) {
            double[] wanted = new double[rows.length];
            for (int box : layer) {
                wanted[box] =
                        parents.get(box).stream()
                                .mapToDouble(parent -> places[parent])
                                .average()
                                .orElse(0);
            }
            layer.sort(Comparator.comparingDouble(box -> wanted[box]));
            for (int i = 0; i < layer.size(); i++) {
                places[layer.get(i)] = (i + 0.5) / layer.size();
            }
        }
    }

    /// The boxes of each row, from the top, in their order.
    List<List<Integer>> layers() {
        return layers;
    }
}
