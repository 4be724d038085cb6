package io.cairn.job.rebase;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.os.HostPath;

import java.util.Optional;

/// Looks for images below another one.
public final class BackingChain {
    private BackingChain() {}

    /// The nearest node below `top` that is the image of that name.
    ///
    /// @param filename a path, which names the same file by whatever way it leads there, or another
    ///   filename, which has to be the node's to the letter
    public static Optional<BlockNode> find(BlockNode top, String filename) {
        String resolved = resolve(filename);
        for (BlockNode node = top.nextImage(); node != null; node = node.nextImage()) {
            String exact = node.exactFilename().orElse(node.filename());
            if (exact.equals(filename) || resolve(exact).equals(resolved)) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    private static String resolve(String filename) {
        try {
            return HostPath.resolve(filename);
        } catch (BlockException _) {
            return filename;
        }
    }
}
