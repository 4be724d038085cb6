package io.cairn.fuse.server;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.os.FileStat;
import io.cairn.block.os.FuseDevice;
import io.cairn.block.os.HostPath;

import java.time.InstantSource;

/// A disk that is mounted as a file. The kernel checks permissions, keeps pages of the file, and
/// asks for the rest.
public final class FuseExport implements AutoCloseable {
    private final FuseOptions options;
    private final String place;
    private final BlockBackend disk;
    private final FuseDevice device;
    private final FuseWorkers workers;

    private FuseExport(
            FuseOptions options,
            String place,
            BlockBackend disk,
            FuseDevice device,
            FuseWorkers workers) {
        this.options = options;
        this.place = place;
        this.disk = disk;
        this.device = device;
        this.workers = workers;
    }

    /// Mounts a disk.
    ///
    /// @param writeThrough whether every write is on stable storage when it returns
    /// @param ended called once, on a thread of its own, if somebody else unmounts the file; the
    ///   export is then to be closed
    public static FuseExport open(
            BlockGraph graph,
            BlockNode node,
            FuseOptions options,
            boolean writeThrough,
            Runnable ended)
            throws BlockException {
        BlockBackend disk =
                graph.newBackend(
                        "",
                        node,
                        DiskFile.permissions(options.isWritable(), options.isGrowable()),
                        Permissions.ALL);
        disk.setWriteThrough(writeThrough);
        try {
            requireRegularFile(options.mountpoint());
            return serve(options, disk, ended);
        } catch (BlockException e) {
            disk.close();
            throw e;
        }
    }

    private static void requireRegularFile(String path) throws BlockException {
        FileStat stat;
        try {
            stat = HostPath.statExisting(path);
        } catch (BlockException e) {
            throw e.prefixed("Failed to stat '" + path + "'");
        }
        if (stat.kind() != FileStat.Kind.REGULAR) {
            throw new BlockException(Errno.EINVAL, "'" + path + "' is not a regular file");
        }
    }

    private static FuseExport serve(FuseOptions options, BlockBackend disk, Runnable ended)
            throws BlockException {
        String place = HostPath.resolve(options.mountpoint());
        boolean allowsOther = options.allowOther() != FuseOptions.AllowOther.OFF;
        FuseDevice device;
        try {
            device = mount(options, allowsOther);
        } catch (BlockException e) {
            if (options.allowOther() != FuseOptions.AllowOther.AUTO) {
                throw e;
            }
            allowsOther = false;
            device = mount(options, false);
        }
        DiskFile file = new DiskFile(disk, options.isWritable(), options.isGrowable());
        Attributes attributes =
                new Attributes(options.isWritable(), allowsOther, device.user(), device.group());
        Answers answers = new Answers(file, attributes, InstantSource.system());
        FuseWorkers workers = new FuseWorkers("fuse:" + options.id(), device, answers, ended);
        workers.start();
        return new FuseExport(options, place, disk, device, workers);
    }

    private static FuseDevice mount(FuseOptions options, boolean allowsOther)
            throws BlockException {
        try {
            return FuseDevice.mount(options.mountpoint(), allowsOther, Exchange.MAX_DATA);
        } catch (BlockException e) {
            BlockException failure =
                    new BlockException(e.errno(), "Failed to mount FUSE session to export");
            failure.initCause(e);
            throw failure.withDetail(e.detail().orElse(e.getMessage()));
        }
    }

    public FuseOptions options() {
        return options;
    }

    /// Whether a name leads to the file, which is not asked.
    public boolean isAt(String name) {
        return HostPath.leadsTo(name, place);
    }

    /// Unmounts the file and lets the disk go: requests that are under way are finished and
    /// answered, however slow a limit of the disk has made them. Who has the file open gets errors
    /// from then on.
    ///
    /// @throws BlockException if the file could not be unmounted; the rest is done in any case
    @Override
    public void close() throws BlockException {
        workers.expectEnd();
        try {
            device.unmount();
        } finally {
            disk.close();
            workers.finish();
            device.close();
        }
    }
}
