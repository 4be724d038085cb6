package io.cairn.job.rebase;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.FilenameSyntax;
import io.cairn.block.os.HostPath;

import java.util.Optional;

/// Looks for images below another one.
public final class BackingChain {
    private BackingChain() {}

    /// The nearest node below `top` that is the image of that name.
    ///
    /// @param filename a path, which names the same file by whatever way it leads there, and which
    ///   is looked for beside each overlay, as the name of its backing file is, if it is relative;
    ///   or another filename, which has to be the node's to the letter
    public static Optional<BlockNode> find(BlockNode top, String filename) {
        boolean isPath = FilenameSyntax.protocol(filename) == null;
        String overlay = exactName(top);
        for (BlockNode node = top.nextImage(); node != null; node = node.nextImage()) {
            String exact = exactName(node);
            if (isPath ? isBeside(overlay, filename, exact) : exact.equals(filename)) {
                return Optional.of(node);
            }
            overlay = exact;
        }
        return Optional.empty();
    }

    private static String exactName(BlockNode node) {
        return node.exactFilename().orElse(node.filename());
    }

    /// Whether a path, beside an overlay, leads to an image.
    private static boolean isBeside(String overlay, String path, String image) {
        try {
            String beside = FilenameSyntax.resolveBacking(overlay, path);
            return !beside.isEmpty() && resolve(beside).equals(resolve(image));
        } catch (InvalidOptionException _) {
            // An overlay without a directory.
            return false;
        }
    }

    private static String resolve(String filename) {
        try {
            return HostPath.resolve(filename);
        } catch (BlockException _) {
            return filename;
        }
    }
}
