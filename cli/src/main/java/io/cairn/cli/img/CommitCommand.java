package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.Options;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.CacheMode;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.RateLimit;
import io.cairn.job.commit.Commit;
import io.cairn.job.rebase.BackingChain;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `commit`: writes what an overlay holds into a backing file.
final class CommitCommand implements Command {
    private static final Permissions BASE_NEEDED =
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE);

    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    Flag.of('q').withHelp("do not say that it is done"),
                    ImageArguments.SHORT_FORMAT.withHelp("the image's format"),
                    Flag.of('t').withArgument("cache").withHelp("cache mode"),
                    Flag.of('b')
                            .withArgument("base")
                            .withHelp("the backing file to write to; implies -d"),
                    Flag.of('r').withArgument("rate_limit").withHelp("bytes a second"),
                    Flag.of('d').withHelp("leave the image as it is, do not empty it"),
                    ProgressReport.SHOW);

    private ProgressReport.Form progress = ProgressReport.Form.ON_DEMAND;
    private RateLimit rate = RateLimit.NONE;
    private String cache = "writeback";
    private @Nullable String base;
    private boolean isQuiet;
    private boolean staysFull;

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
        return "write what an image holds into its backing file, or one further below";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments arguments = new ImageArguments(images);
            readOptions(line, arguments);
            String filename = line.onlyFilename();
            OpenMode mode = OpenMode.WRITE.withCache(CacheMode.parse(cache));
            OpenMode unmapping = mode.withFlags(mode.flags().withUnmap(true));
            try (BlockBackend top = images.open(arguments, filename, unmapping);
                    ProgressReport report =
                            ProgressReport.start(line.invocation(), progress, isQuiet)) {
                commit(top, requireBase(top.node(), filename), report);
                report.finish();
            }
            if (!isQuiet) {
                line.out().println("Image committed.");
            }
            return 0;
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private void readOptions(CommandLine line, ImageArguments arguments) throws ToolException {
        for (String option = line.next(); option != null; option = line.next()) {
            switch (option) {
                case "t" -> cache = line.value();
                case "b" -> {
                    base = line.value();
                    staysFull = true;
                }
                case "r" ->
                        rate =
                                RateLimit.of(
                                        SizeArgument.parse(
                                                "rate limit", line.value(), line.messages()));
                case "d" -> staysFull = true;
                case "p" -> progress = ProgressReport.Form.PERCENT;
                case "q" -> isQuiet = true;
                default -> line.passTo(arguments);
            }
        }
    }

    private BlockNode requireBase(BlockNode top, String filename) throws ToolException {
        if (base != null) {
            return BackingChain.find(top, base)
                    .orElseThrow(() ->
                            ToolException.of(
                                    "Did not find '"
                                            + base
                                            + "' in the backing chain of '"
                                            + filename
                                            + "'"));
        }
        BlockNode below = top.nextImage();
        if (below == null) {
            throw ToolException.of("Image does not have a backing file");
        }
        return below;
    }

    private void commit(BlockBackend top, BlockNode node, ProgressReport report)
            throws ToolException, BlockException {
        try {
            top.graph()
                    .reopen(
                            List.of(
                                    new ReopenRequest(
                                            node,
                                            new Options()
                                                    .put("read-only", false)
                                                    .put("discard", "unmap"),
                                            true)));
        } catch (BlockException e) {
            throw ToolException.of("Could not open '" + node.filename() + "'", e);
        }
        Permissions needed =
                node.length() < top.length() ? BASE_NEEDED.plus(Permission.RESIZE) : BASE_NEEDED;
        try (BlockBackend target = top.graph().newBackend("", node, needed, Permissions.ALL)) {
            copy(top, target, report);
        }
        // What a filter shows stays: it could not account for data that vanishes below it.
        if (!staysFull && !top.node().isFilter()) {
            empty(top);
        }
    }

    private void copy(BlockBackend top, BlockBackend base, ProgressReport report)
            throws ToolException {
        try {
            new Commit(top, base, rate, report.control()).run();
        } catch (BlockException e) {
            throw ToolException.of("Block job failed: ".concat(e.errno().text()));
        }
    }

    private static void empty(BlockBackend top) throws ToolException {
        try {
            top.makeEmpty();
            top.flush();
        } catch (BlockException e) {
            throw ToolException.of("Failed to empty " + top.node().filename(), e);
        }
    }
}
