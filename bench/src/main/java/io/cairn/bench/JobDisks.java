package io.cairn.bench;

import java.util.List;

/// The nodes of a job and the files in which they are.
///
/// @param nodes in the order in which they are opened
/// @param result the file that both sides must write alike
record JobDisks(List<NodeFile> nodes, String result) {
    /// A node.
    ///
    /// @param backing the name of the node below; empty for none
    record NodeFile(String node, String format, String file, String backing) {}

    /// The nodes of a job of a kind whose large image is of a format.
    static JobDisks of(JobKind kind, String format) {
        NodeFile source = new NodeFile("source", format, "full." + format, "");
        String out = "out." + format;
        return switch (kind) {
            case MIRROR, BACKUP ->
                    new JobDisks(List.of(source, new NodeFile("target", format, out, "")), out);
            case COMMIT ->
                    new JobDisks(
                            List.of(
                                    new NodeFile("base", format, out, ""),
                                    new NodeFile("middle", "qcow2", "middle-" + format, "base"),
                                    new NodeFile("top", "qcow2", "top", "middle")),
                            out);
            case STREAM ->
                    new JobDisks(
                            List.of(source, new NodeFile("top", "qcow2", "top", "source")), "top");
        };
    }
}
