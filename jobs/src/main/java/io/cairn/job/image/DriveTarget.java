package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// The target of a job that makes and opens it itself (QMP reference manual, "drive-mirror" and
/// "drive-backup").
///
/// @param filename the image
/// @param format its format; null for the source's, or, if the image is there, for what its content
///   looks like
/// @param isExisting the image is there (`mode` is `existing`); else it is made (`absolute-paths`)
/// @param nodeName the name of its node; null for a generated one
/// @param announcer is told in a line what image is made
public record DriveTarget(
        String filename,
        @Nullable String format,
        boolean isExisting,
        @Nullable String nodeName,
        Consumer<String> announcer) {
    public DriveTarget(
            String filename,
            @Nullable String format,
            boolean isExisting,
            @Nullable String nodeName) {
        this(filename, format, isExisting, nodeName, _ -> {});
    }

    /// An image that is made in the source's format.
    public static DriveTarget of(String filename) {
        return new DriveTarget(filename, null, false, null);
    }

    /// The same target, of which somebody is told.
    public DriveTarget announcedTo(Consumer<String> newAnnouncer) {
        return new DriveTarget(filename, format, isExisting, nodeName, newAnnouncer);
    }

    /// Makes the image if it is not there, as long as the source.
    ///
    /// @param backing what it names as its backing file; null for none
    public void make(BlockGraph graph, BlockNode source, @Nullable BlockNode backing)
            throws BlockException {
        if (isExisting) {
            return;
        }
        String made = format == null ? source.driver() : format;
        CreateRequest request = CreateRequest.of(filename, made, source.length());
        if (backing != null) {
            request =
                    new CreateRequest(
                            filename,
                            made,
                            "",
                            source.length(),
                            backing.filename(),
                            backing.driver(),
                            false);
        }
        CreateImage creation = CreateImage.prepare(graph, request);
        announcer.accept(creation.description());
        creation.run();
    }

    /// Opens the image for writing. Its node lives until the backend is closed and nobody else uses
    /// it.
    ///
    /// @param unmap zeroes may be written by giving space back
    /// @param followsBacking the backing file that the image names is opened too
    public BlockBackend open(
            BlockGraph graph, BlockNode source, boolean unmap, boolean followsBacking)
            throws BlockException {
        NodeFlags flags = source.flags().withReadOnly(false).withUnmap(unmap);
        Options options = new Options();
        String known = format != null || isExisting ? format : source.driver();
        if (known != null) {
            options.put("driver", known);
        }
        if (nodeName != null) {
            options.put("node-name", nodeName);
        }
        OpenRequest request = new OpenRequest(filename, options, flags, followsBacking);
        return graph.open(request, Permissions.NONE, Permissions.ALL);
    }
}
