package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.NodeFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.spi.CheckResult;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.CacheMode;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.JobControl;
import io.cairn.job.image.CheckImage;
import io.cairn.job.image.Repair;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `check`: looks for what is wrong in an image's metadata.
final class CheckCommand implements Command {
    private static final int FAILED = 1;
    private static final int CORRUPT = 2;
    private static final int LEAKED = 3;
    private static final int UNSUPPORTED = 63;

    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    Flag.of('q').withHelp("print errors only"),
                    ImageArguments.FORMAT,
                    OutputFormat.FLAG,
                    Flag.of('r', "repair")
                            .withArgument("what")
                            .withHelp("repair leaks or all that is found"),
                    CacheMode.SOURCE_FLAG,
                    ImageArguments.FORCE_SHARE,
                    ProgressReport.FORM);

    private Repair repair = Repair.NOTHING;
    private CacheMode cache = CacheMode.WRITEBACK;
    private @Nullable String cacheName;
    private @Nullable String output;
    private ProgressReport.Form progress = ProgressReport.Form.ON_DEMAND;
    private boolean isQuiet;

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
        return "check an image's metadata: exit status 0 for a sound image, 1 for a check that"
                + " could not be made, 2 for corruptions, 3 for leaks, 63 for a format without"
                + " checks";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments image = new ImageArguments(images);
            readOptions(line, image);
            String filename = line.onlyFilename();
            OutputFormat format = OutputFormat.parse(output);
            if (cacheName != null) {
                cache = CacheMode.parseSource(cacheName);
            }
            try (BlockBackend disk = images.open(image, filename, mode());
                    ProgressReport report =
                            ProgressReport.start(line.invocation(), progress, false)) {
                int status = check(line, disk, filename, format, report.control());
                report.finish();
                return status;
            }
        }
    }

    private OpenMode mode() {
        OpenMode mode = repair == Repair.NOTHING ? OpenMode.READ : OpenMode.WRITE;
        NodeFlags flags = mode.flags().withCheck(true);
        return mode.withFlags(flags).withCache(cache);
    }

    private void readOptions(CommandLine line, ImageArguments image) throws ToolException {
        for (String option = line.next(); option != null; option = line.next()) {
            switch (option) {
                case "q" -> isQuiet = true;
                case "output" -> output = line.value();
                case "progress" -> progress = ProgressReport.Form.parse(line.value());
                case "repair" -> repair = repair(line.value());
                case CacheMode.SOURCE -> cacheName = line.value();
                default -> line.passTo(image);
            }
        }
    }

    private static Repair repair(String name) throws ToolException {
        return switch (name) {
            case "leaks" -> Repair.LEAKS;
            case "all" -> Repair.ALL;
            default ->
                    throw ToolException.usage(
                            "Unknown option value for -r (expecting 'leaks' or 'all'): " + name);
        };
    }

    private int check(
            CommandLine line,
            BlockBackend disk,
            String filename,
            OutputFormat format,
            JobControl control)
            throws ToolException {
        boolean isText = format == OutputFormat.HUMAN && !isQuiet;
        CheckImage.Listener listener =
                new CheckImage.Listener() {
                    @Override
                    public void found(String finding) {
                        line.messages().line(finding);
                    }

                    @Override
                    public void repaired(CheckResult result) {
                        if (isText) {
                            line.out().print(CheckText.repaired(result));
                        }
                    }
                };
        CheckResult result;
        try {
            result = CheckImage.run(disk.node(), repair, listener, control);
        } catch (BlockException e) {
            throw e.errno() == Errno.ENOTSUP
                    ? ToolException.of("This image format does not support checks", UNSUPPORTED)
                    : ToolException.of("Check failed: " + e.errno().text());
        }
        if (format == OutputFormat.JSON && !isQuiet) {
            line.out().println(CheckText.json(result, filename, disk.node().driver()));
        } else if (isText) {
            line.out().print(CheckText.human(result));
        }
        return status(result);
    }

    private static int status(CheckResult result) {
        if (result.checkErrors() > 0) {
            return FAILED;
        }
        if (result.corruptions() > 0) {
            return CORRUPT;
        }
        return result.leaks() > 0 ? LEAKED : 0;
    }
}
