package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.OpenContext;

import java.util.Set;

/// A filter that keeps its child as it was when the filter was opened: before a write it copies
/// what is there to a target. `snapshot-access` shows what is kept.
public final class CopyBeforeWriteDriver extends FilterDriver {
    /// The driver's name.
    public static final String NAME = "copy-before-write";

    private static final Set<ChildRole> TARGET = Set.of(ChildRole.DATA);

    public CopyBeforeWriteDriver() {
        super(NAME);
    }

    @Override
    public OptionSchema<?> openSchema() {
        return CopyBeforeWriteOptions.SCHEMA;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Options given = context.options();
        requireChild(given, "file");
        Child file = openFile(context);
        requireChild(given, "target");
        CopyBeforeWriteOptions options = CopyBeforeWriteOptions.SCHEMA.read(given, Dialect.KEYVAL);
        requireNothingElse(given);
        Child target = context.openChild("target", TARGET);
        FormatInfo info = target.info();
        if (info == FormatInfo.NONE) {
            context.warn(
                    "warning: The target block device doesn't provide information about the block"
                            + " size and it doesn't have a backing file. The default block size of "
                            + ClusterMap.MIN_CLUSTER_SIZE
                            + " bytes is used. If the actual block size of the target exceeds this"
                            + " default, the backup may be unusable");
        }
        target.allowSerialising();
        ClusterMap clusters =
                new ClusterMap(
                        file.length(), Math.max(ClusterMap.MIN_CLUSTER_SIZE, info.clusterSize()));
        CopyBeforeWriteOptions.BitmapName bitmap = options.bitmap();
        if (bitmap == null) {
            clusters.keep(0, file.length());
        } else {
            context.forEachDirty(bitmap.node(), bitmap.name(), clusters::keep);
        }
        return new CopyBeforeWriteInstance(context.node(), file, target, clusters, options);
    }

    private static void requireNothingElse(Options given) throws InvalidOptionException {
        Options rest = new Options(given);
        rest.take("target");
        rest.takeSub("target");
        rest.requireEmpty("");
    }

    private static void requireChild(Options given, String name) throws InvalidOptionException {
        if (!given.contains(name) && !given.hasSub(name)) {
            throw new InvalidOptionException("Parameter '" + name + "' is missing");
        }
    }
}
