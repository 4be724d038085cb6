package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.FilenameSyntax;
import io.cairn.block.spi.BackingReference;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.CacheMode;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.rebase.BackingChain;
import io.cairn.job.rebase.Rebase;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `rebase`: gives an image another backing file.
final class RebaseCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    ImageArguments.FORCE_SHARE,
                    Flag.of('q').withHelp("show no progress"),
                    ImageArguments.SHORT_FORMAT.withHelp("the image's format"),
                    Flag.of('t').withArgument("cache").withHelp("cache mode of the image"),
                    Flag.of('T')
                            .withArgument("src_cache")
                            .withHelp("cache mode of the new backing file"),
                    ProgressReport.SHOW,
                    Flag.of('u').withHelp("change the name only, whatever the guest sees then"),
                    Flag.of('b')
                            .withArgument("backing_file")
                            .withHelp("the new backing file, relative to the image; '' for none"),
                    Flag.of('F').withArgument("backing_fmt").withHelp("the backing file's format"));

    private ProgressReport.Form progress = ProgressReport.Form.ON_DEMAND;
    private String cache = "writeback";
    private String sourceCache = "writeback";
    private @Nullable String backing;
    private @Nullable String backingFormat;
    private boolean isQuiet;
    private boolean isUnsafe;

    @Override
    public List<Flag> flags() {
        return FLAGS;
    }

    @Override
    public String operands() {
        return "filename";
    }

    @Override
    public String summary() {
        return "give an image another backing file, or none";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments arguments = new ImageArguments(images);
            readOptions(line, arguments);
            String filename = line.onlyFilename();
            if (backing == null && !isUnsafe) {
                throw ToolException.usage("Must specify backing file (-b) or use unsafe mode (-u)");
            }
            try (ProgressReport report =
                    ProgressReport.start(line.invocation(), progress, isQuiet)) {
                rebase(images, arguments, filename, report);
                report.finish();
            }
            return 0;
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private void readOptions(CommandLine line, ImageArguments arguments) throws ToolException {
        for (String option = line.next(); option != null; option = line.next()) {
            switch (option) {
                case "b" -> backing = line.value();
                case "F" -> backingFormat = line.value();
                case "t" -> cache = line.value();
                case "T" -> sourceCache = line.value();
                case "p" -> progress = ProgressReport.Form.PERCENT;
                case "q" -> isQuiet = true;
                case "u" -> isUnsafe = true;
                default -> line.passTo(arguments);
            }
        }
    }

    private void rebase(
            Images images, ImageArguments arguments, String filename, ProgressReport report)
            throws ToolException, BlockException {
        OpenMode mode = OpenMode.WRITE.withCache(CacheMode.parse(cache));
        OpenMode sourceMode = OpenMode.READ.withCache(CacheMode.parseSource(sourceCache));
        try (BlockBackend image =
                images.open(
                        arguments.withForceShare(false),
                        filename,
                        isUnsafe ? mode.withoutBacking() : mode)) {
            if (backingFormat != null && images.graph().drivers().find(backingFormat).isEmpty()) {
                throw ToolException.of("Invalid format name: '" + backingFormat + "'");
            }
            if (!isUnsafe) {
                copy(images, image, sourceMode, arguments.forceShare(), report);
            }
            Rebase.change(image, reference());
        }
    }

    private @Nullable BackingReference reference() {
        return backing == null || backing.isEmpty()
                ? null
                : new BackingReference(backing, backingFormat);
    }

    private void copy(
            Images images,
            BlockBackend image,
            OpenMode mode,
            boolean forceShare,
            ProgressReport report)
            throws ToolException, BlockException {
        if (backing == null || backing.isEmpty()) {
            new Rebase(image, null, report.control()).copy();
            return;
        }
        String path = resolve(image.node());
        BlockNode inChain = BackingChain.find(image.node(), path).orElse(null);
        try (BlockBackend replacement =
                inChain == null
                        ? openBacking(images, path, mode, forceShare)
                        : images.graph()
                                .newBackend(
                                        "",
                                        inChain,
                                        Permissions.of(Permission.CONSISTENT_READ),
                                        Permissions.ALL)) {
            new Rebase(image, replacement, report.control()).copy();
        }
    }

    /// The new backing file's name as this process sees it.
    private String resolve(BlockNode overlay) throws BlockException {
        try {
            return FilenameSyntax.resolveBacking(
                    overlay.exactFilename().orElse(overlay.filename()), String.valueOf(backing));
        } catch (BlockException e) {
            throw e.prefixed("Could not resolve backing filename");
        }
    }

    private BlockBackend openBacking(Images images, String path, OpenMode mode, boolean forceShare)
            throws ToolException {
        try {
            return images.openFile(path, backingFormat, forceShare, mode);
        } catch (ToolException e) {
            if (e.getCause() instanceof BlockException cause) {
                throw ToolException.of("Could not open new backing file '" + backing + "'", cause);
            }
            throw e;
        }
    }
}
