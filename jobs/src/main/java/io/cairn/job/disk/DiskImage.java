package io.cairn.job.disk;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.spi.CheckResult;
import io.cairn.job.JobControl;
import io.cairn.job.convert.Convert;
import io.cairn.job.convert.ConvertOptions;
import io.cairn.job.convert.TargetContent;
import io.cairn.job.image.CheckImage;
import io.cairn.job.image.CreateImage;
import io.cairn.job.image.CreateRequest;
import io.cairn.job.image.ImageInfo;
import io.cairn.job.image.MapImage;
import io.cairn.job.image.Repair;
import io.cairn.job.image.ResizeImage;

import java.nio.channels.SeekableByteChannel;
import java.util.List;
import java.util.Optional;

/// An open disk image.
///
/// All methods block and may be called from many threads. Closing it writes what is cached and lets
/// the image go.
public final class DiskImage implements AutoCloseable {
    private static final Permissions WRITER =
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE, Permission.RESIZE);

    private final BlockBackend backend;

    DiskImage(BlockBackend backend) {
        this.backend = backend;
    }

    /// What carries the requests, for those who want more than this class offers.
    public BlockBackend backend() {
        return backend;
    }

    /// The disk's length in bytes.
    public long length() {
        return backend.length();
    }

    /// What can be told of the image.
    public ImageInfo info() throws BlockException {
        return ImageInfo.of(backend.node());
    }

    /// A channel over the guest's bytes with a position of its own, at 0. It cannot make the disk
    /// longer: a write stops at the disk's end. Closing it leaves the image open.
    public SeekableByteChannel channel() {
        return new DiskChannel(backend);
    }

    /// Returns when everything written before is on stable storage.
    public void flush() throws BlockException {
        backend.flush();
    }

    /// Hands the disk's extents to the sink, from first to last.
    public void map(MapImage.Sink sink, JobControl control) throws BlockException {
        MapImage.run(backend, 0, -1, sink, control);
    }

    /// Looks for what is wrong in the image's metadata, and repairs it if asked.
    public CheckResult check(Repair repair, CheckImage.Listener listener, JobControl control)
            throws BlockException {
        return CheckImage.run(backend.node(), repair, listener, control);
    }

    /// Makes the disk longer, or, where `mayShrink` allows it, shorter.
    public void resize(long length, Preallocation preallocation, boolean mayShrink)
            throws BlockException {
        ResizeImage.run(backend, length, preallocation, mayShrink);
    }

    /// Creates an image with this disk's content; a file of that name is overwritten.
    ///
    /// @param filename the new image
    /// @param format the name of its format's driver
    /// @param control counts bytes of data, and may cancel: the new image is incomplete then
    public void convertTo(String filename, String format, JobControl control)
            throws BlockException {
        BlockGraph graph = backend.graph();
        CreateImage.prepare(graph, CreateRequest.of(filename, format, length())).run();
        OpenRequest request =
                OpenRequest.of(filename)
                        .withFormat(format)
                        .withFlags(NodeFlags.READ_ONLY.withReadOnly(false).withUnmap(true));
        try (BlockBackend target = graph.open(request, WRITER, Permissions.ALL)) {
            TargetContent content =
                    target.node().hasZeroInit() ? TargetContent.ZEROES : TargetContent.UNKNOWN;
            new Convert(
                            List.of(backend),
                            target,
                            ConvertOptions.DEFAULT.withContent(content),
                            control,
                            _ -> {})
                    .run();
        }
    }

    /// @throws BlockException if something that was cached could not be written; it is lost
    @Override
    public void close() throws BlockException {
        BlockGraph graph = backend.graph();
        backend.close();
        Optional<BlockException> failure = graph.takeCloseFailure();
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
