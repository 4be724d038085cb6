package io.cairn.job.disk;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.job.image.CreateImage;
import io.cairn.job.image.CreateRequest;

import java.util.List;

/// Disk images in one graph: opens and creates them.
///
/// An image is untrusted: the names of other files that it holds (its backing file, a data file)
/// are followed only where the policy says so. Thread-safe. Closing it closes the graph; the images
/// must be closed before.
public final class DiskImages implements AutoCloseable {
    private static final Permissions WRITER =
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE, Permission.RESIZE);

    private final BlockGraph graph;

    private DiskImages(BlockGraph graph) {
        this.graph = graph;
    }

    /// Images of which no name that they hold is followed, with all drivers that are installed.
    public static DiskImages open() {
        return open(FollowPolicy.NOTHING);
    }

    /// Images whose names are followed as the policy says, with all drivers that are installed.
    public static DiskImages open(FollowPolicy policy) {
        return new DiskImages(new BlockGraph(new DriverRegistry(List.of()), policy));
    }

    /// The graph in which the images are opened.
    public BlockGraph graph() {
        return graph;
    }

    /// Opens an image to read it, its format guessed from its content.
    ///
    /// @param filename a path, or a protocol's filename
    public DiskImage open(String filename) throws BlockException {
        return open(OpenRequest.of(filename));
    }

    /// Opens an image to read it.
    ///
    /// @param format the name of the format's driver
    public DiskImage open(String filename, String format) throws BlockException {
        return open(OpenRequest.of(filename).withFormat(format));
    }

    /// Opens an image to read and write it.
    ///
    /// @param format the name of the format's driver: guessing the format of an image that is
    ///   written lets its guest change it
    public DiskImage openWritable(String filename, String format) throws BlockException {
        return open(OpenRequest.of(filename).withFormat(format).writable());
    }

    /// Opens an image as asked, writable or not.
    public DiskImage open(OpenRequest request) throws BlockException {
        Permissions needed =
                request.flags().readOnly() ? Permissions.of(Permission.CONSISTENT_READ) : WRITER;
        return new DiskImage(graph.open(request, needed, Permissions.ALL));
    }

    /// Creates an image; a file of that name is overwritten.
    public void create(CreateRequest request) throws BlockException {
        CreateImage.prepare(graph, request).run();
    }

    @Override
    public void close() {
        graph.close();
    }
}
