package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.CacheMode;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.convert.Convert;
import io.cairn.job.convert.ConvertOptions;
import io.cairn.job.convert.TargetContent;
import io.cairn.job.convert.Warnings;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// `convert`: copies images into a new one, or one that is there.
final class ConvertCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    Flag.of("target-image-opts").withHelp("the target is named by node options"),
                    Flag.of("target-is-zero").withHelp("the target, with -n, reads as zeroes"),
                    Flag.of("bitmaps"),
                    Flag.of("skip-broken-bitmaps"),
                    ImageArguments.FORCE_SHARE,
                    Flag.of('C').withHelp("copy inside the host where possible"),
                    Flag.of('c').withHelp("compress the target"),
                    ProgressReport.SHOW,
                    ProgressReport.FORM,
                    Flag.of('q').withHelp("show no progress and no warnings"),
                    Flag.of('n').withHelp("do not create the target, it is there"),
                    ImageArguments.SHORT_FORMAT.withHelp("the sources' format"),
                    Flag.of('t').withArgument("cache").withHelp("cache mode of the target"),
                    Flag.of('T').withArgument("src_cache").withHelp("cache mode of the sources"),
                    Flag.of('O')
                            .withArgument("output_fmt")
                            .withHelp("the target's format, raw by default"),
                    Flag.of('B').withArgument("backing_file").withHelp("the target's backing file"),
                    Flag.of('F').withArgument("backing_fmt").withHelp("the backing file's format"),
                    CreationOptions.FLAG,
                    Flag.of('l').withArgument("snapshot_param"),
                    Flag.of('S')
                            .withArgument("sparse_size")
                            .withHelp("runs of zeroes this long stay out of the target"),
                    Flag.of('r').withArgument("rate_limit").withHelp("bytes a second"),
                    Flag.of('m')
                            .withArgument("num_coroutines")
                            .withHelp("how many threads work, 8 by default"),
                    Flag.of('W').withHelp("write out of order"),
                    Flag.of("salvage").withHelp("take what cannot be read for zeroes"));

    private static final long MAX_SPARSE = 16L << 20;

    private final CreationOptions creation = new CreationOptions();
    private ConvertOptions options = ConvertOptions.DEFAULT;
    private @Nullable String givenFormat;
    private String format = "raw";
    private @Nullable String backing;
    private @Nullable String backingFormat;
    private @Nullable String cache;
    private @Nullable String sourceCache;
    private ProgressReport.Form progress = ProgressReport.Form.ON_DEMAND;
    private boolean targetIsOptions;
    private boolean targetIsZero;
    private boolean createsTarget = true;
    private boolean isQuiet;
    private boolean sparseIsGiven;
    private boolean usesSnapshot;
    private boolean copiesBitmaps;
    private boolean skipsBrokenBitmaps;

    @Override
    public List<Flag> flags() {
        return FLAGS;
    }

    @Override
    public String operands() {
        return "filename [filename2 [...]] output_filename";
    }

    @Override
    public String summary() {
        return "copy an image, or several joined, into one of any format";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments source = new ImageArguments(images);
            readOptions(line, source);
            requireSense();
            List<String> operands = line.operands();
            if (creation.asksForHelp()) {
                return help(line, images, operands.size() < 2 ? null : operands.getLast());
            }
            if (operands.size() < 2) {
                throw ToolException.of("Must specify image file name");
            }
            return convert(line, images, source, operands);
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private void readOptions(CommandLine line, ImageArguments source) throws ToolException {
        for (String option = line.next(); option != null; option = line.next()) {
            if (!readSwitch(option) && !readValue(option, line)) {
                line.passTo(source);
            }
        }
    }

    private boolean readSwitch(String option) {
        switch (option) {
            case "target-image-opts" -> targetIsOptions = true;
            case "target-is-zero" -> targetIsZero = true;
            case "bitmaps" -> copiesBitmaps = true;
            case "skip-broken-bitmaps" -> skipsBrokenBitmaps = true;
            case "C" -> options = options.withCopyOffload(true);
            case "c" -> options = options.withCompressed(true);
            case "p" -> progress = ProgressReport.Form.PERCENT;
            case "q" -> isQuiet = true;
            case "n" -> createsTarget = false;
            case "l" -> usesSnapshot = true;
            case "W" -> options = options.withOutOfOrder(true);
            case "salvage" -> options = options.withSalvage(true);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readValue(String option, CommandLine line) throws ToolException {
        switch (option) {
            case "progress" -> progress = ProgressReport.Form.parse(line.value());
            case "t" -> cache = line.value();
            case "T" -> sourceCache = line.value();
            case "O" -> {
                givenFormat = line.value();
                format = givenFormat;
            }
            case "B" -> backing = line.value();
            case "F" -> backingFormat = line.value();
            case "o" -> creation.add(line.value());
            case "S" -> {
                options = options.withSparseBytes(sparseBytes(line));
                sparseIsGiven = true;
            }
            case "r" ->
                    options =
                            options.withBytesPerSecond(
                                    SizeArgument.parse(
                                            "rate limit", line.value(), line.messages()));
            case "m" -> options = options.withWorkers(workers(line.value()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private static long sparseBytes(CommandLine line) throws ToolException {
        long bytes =
                SizeArgument.parse("buffer size for sparse output", line.value(), line.messages());
        if (bytes % 512 != 0 || bytes > MAX_SPARSE) {
            throw ToolException.of(
                    "Invalid buffer size for sparse output specified. Valid sizes are multiples"
                            + " of 512 up to "
                            + MAX_SPARSE
                            + ". Select 0 to disable sparse detection (fully allocates output).");
        }
        return bytes;
    }

    private static int workers(String text) throws ToolException {
        long count = NumberArgument.parse(text, ConvertOptions.MAX_WORKERS);
        if (count < 1) {
            throw ToolException.of(
                    "Invalid number of coroutines. Allowed number of coroutines is between 1 and "
                            + ConvertOptions.MAX_WORKERS);
        }
        return (int) count;
    }

    /// Refuses options that exclude or need each other.
    private void requireSense() throws ToolException {
        if (!createsTarget && !creation.text().isEmpty()) {
            throw ToolException.of("-o has no effect when skipping image creation");
        }
        if (targetIsOptions && createsTarget) {
            throw ToolException.of("--target-image-opts requires use of -n flag");
        }
        if (skipsBrokenBitmaps && !copiesBitmaps) {
            throw ToolException.of("Use of --skip-broken-bitmaps requires --bitmaps");
        }
        if (options.copyOffload() && options.compressed()) {
            throw ToolException.of("Cannot enable copy offloading when -c is used");
        }
        if (options.copyOffload() && sparseIsGiven) {
            throw ToolException.of("Cannot enable copy offloading when -S is used");
        }
        if (options.copyOffload() && options.salvage()) {
            throw ToolException.of("Cannot use copy offloading in salvaging mode");
        }
        if (targetIsZero && createsTarget) {
            throw ToolException.of("--target-is-zero requires use of -n flag");
        }
        if (usesSnapshot) {
            throw ToolException.of("Reading internal snapshots (-l) is not supported");
        }
        if (copiesBitmaps) {
            throw ToolException.of("Copying bitmaps (--bitmaps) is not supported");
        }
    }

    private int help(CommandLine line, Images images, @Nullable String filename)
            throws BlockException {
        CreationOptions.printHelp(images.graph(), format, filename, line.out());
        return 0;
    }

    private int convert(
            CommandLine line, Images images, ImageArguments source, List<String> operands)
            throws ToolException, BlockException {
        CacheMode mode =
                sourceCache == null ? CacheMode.WRITEBACK : CacheMode.parseSource(sourceCache);
        String targetName = operands.getLast();
        try (ProgressReport report = ProgressReport.start(line.invocation(), progress, isQuiet)) {
            List<BlockBackend> sources = new ArrayList<>();
            for (String name : operands.subList(0, operands.size() - 1)) {
                sources.add(images.open(source, name, OpenMode.READ.exclusive().withCache(mode)));
            }
            NewTarget fresh = createsTarget ? prepareTarget(images, targetName, sources) : null;
            OpenMode targetMode = targetMode();
            try (TargetGuard guard =
                            new TargetGuard(line, targetName, fresh == null ? null : fresh.file());
                    BlockBackend target =
                            fresh == null
                                    ? openTarget(images, targetName, targetMode)
                                    : fresh.create(
                                            length(sources),
                                            "error while converting ".concat(format),
                                            targetMode)) {
                if (!settleContent(target, fresh, line)) {
                    return line.invocation().standIn() ? 0 : 1;
                }
                requireRoom(target, sources);
                new Convert(sources, target, options, report.control(), warnings(line)).run();
                guard.finished();
            }
            report.finish();
            return 0;
        }
    }

    private static long length(List<BlockBackend> sources) {
        long length = 0;
        for (BlockBackend source : sources) {
            length = Math.addExact(length, source.length());
        }
        return length;
    }

    private NewTarget prepareTarget(Images images, String name, List<BlockBackend> sources)
            throws ToolException, BlockException {
        NewTarget fresh = NewTarget.prepare(images, name, format, creation.text());
        fresh.setBacking(backing, backingFormat);
        if (fresh.hasBacking() && sources.size() > 1) {
            throw ToolException.of(
                    "Having a backing file for the target makes no sense when concatenating"
                            + " multiple input images");
        }
        if (fresh.hasBacking() && !fresh.hasBackingFormat()) {
            throw ToolException.of("Use of backing file requires explicit backing format");
        }
        if (options.compressed() && !fresh.compresses()) {
            throw compressionUnsupported();
        }
        if (options.compressed() && fresh.isEncrypted()) {
            throw ToolException.of("Compression and encryption not supported at the same time");
        }
        return fresh;
    }

    private static ToolException compressionUnsupported() {
        return ToolException.of("Compression not supported for this file format");
    }

    private OpenMode targetMode() throws ToolException {
        OpenMode mode =
                OpenMode.WRITE.withCache(cache == null ? CacheMode.UNSAFE : CacheMode.parse(cache));
        return mode.withFlags(mode.flags().withUnmap(true));
    }

    private BlockBackend openTarget(Images images, String name, OpenMode mode)
            throws ToolException {
        BlockBackend target =
                images.open(
                        new ImageArguments(images)
                                .withOptions(targetIsOptions)
                                .withFormat(targetIsOptions ? givenFormat : format),
                        name,
                        mode);
        if (options.compressed() && !target.node().driverInstance().supportsCompressedWrites()) {
            throw compressionUnsupported();
        }
        return target;
    }

    /// Finds out what the target reads as so far.
    ///
    /// @return false if the command line says something else of it
    private boolean settleContent(
            BlockBackend target, @Nullable NewTarget fresh, CommandLine line) {
        boolean usesBacking =
                fresh == null
                        ? backing != null && target.node().backing() != null
                        : fresh.hasBacking();
        if (targetIsZero && usesBacking) {
            line.messages()
                    .error(
                            "Cannot use --target-is-zero when the destination image has a backing"
                                    + " file");
            return false;
        }
        boolean isZero = targetIsZero || (fresh != null && target.node().hasZeroInit());
        options =
                options.withContent(
                        usesBacking
                                ? TargetContent.BACKING
                                : isZero ? TargetContent.ZEROES : TargetContent.UNKNOWN);
        return true;
    }

    private static void requireRoom(BlockBackend target, List<BlockBackend> sources)
            throws ToolException {
        if (target.length() < length(sources)) {
            throw ToolException.of("output file is smaller than input file");
        }
    }

    private Warnings warnings(CommandLine line) {
        return isQuiet ? text -> {} : line.messages()::warning;
    }
}
