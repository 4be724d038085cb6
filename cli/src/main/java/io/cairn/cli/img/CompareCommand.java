package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.CacheMode;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.compare.Compare;
import io.cairn.job.compare.CompareImage;
import io.cairn.job.compare.CompareResult;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `compare`: tells whether guests see the same in two images.
///
/// The exit status is 0 if they do, 1 if not (or the command line is wrong), 2 if an image cannot
/// be opened, 3 if its allocation cannot be found out, 4 if it cannot be read.
final class CompareCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    ImageArguments.SHORT_FORMAT.withHelp("the first image's format"),
                    Flag.of('F').withArgument("fmt").withHelp("the second image's format"),
                    Flag.of('T').withArgument("src_cache").withHelp("cache mode"),
                    ProgressReport.SHOW,
                    Flag.of('q').withHelp("tell by the exit status only"),
                    Flag.of('s').withHelp("lengths and allocation must be equal too"),
                    ImageArguments.FORCE_SHARE);

    private static final int CANNOT_OPEN = 2;

    private @Nullable String secondFormat;
    private CacheMode cache = CacheMode.WRITEBACK;
    private ProgressReport.Form progress = ProgressReport.Form.ON_DEMAND;
    private boolean isQuiet;
    private boolean isStrict;

    @Override
    public List<Flag> flags() {
        return FLAGS;
    }

    @Override
    public String operands() {
        return "filename1 filename2";
    }

    @Override
    public String summary() {
        return "compare the content of two images";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments arguments = new ImageArguments(images);
            String sourceCache = readOptions(line, arguments);
            List<String> operands = line.operands();
            if (operands.size() != 2) {
                throw ToolException.usage("Expecting two image file names");
            }
            if (sourceCache != null) {
                try {
                    cache = CacheMode.parseSource(sourceCache);
                } catch (ToolException e) {
                    throw e.withStatus(CANNOT_OPEN);
                }
            }
            return compare(line, images, arguments, operands);
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private @Nullable String readOptions(CommandLine line, ImageArguments arguments)
            throws ToolException {
        String sourceCache = null;
        for (String option = line.next(); option != null; option = line.next()) {
            switch (option) {
                case "F" -> secondFormat = line.value();
                case "T" -> sourceCache = line.value();
                case "p" -> progress = ProgressReport.Form.PERCENT;
                case "q" -> isQuiet = true;
                case "s" -> isStrict = true;
                default -> {
                    try {
                        line.passTo(arguments);
                    } catch (ToolException e) {
                        throw e.withStatus(CANNOT_OPEN);
                    }
                }
            }
        }
        return sourceCache;
    }

    private int compare(
            CommandLine line, Images images, ImageArguments arguments, List<String> names)
            throws ToolException, BlockException {
        OpenMode mode = OpenMode.READ.withCache(cache);
        CompareImage first;
        CompareImage second;
        try {
            first = image(images.open(arguments, names.getFirst(), mode), names.getFirst());
            second =
                    image(
                            images.open(arguments.withFormat(secondFormat), names.getLast(), mode),
                            names.getLast());
        } catch (ToolException e) {
            throw e.withStatus(CANNOT_OPEN);
        }
        try (ProgressReport report = ProgressReport.start(line.invocation(), progress, isQuiet)) {
            Compare comparison =
                    new Compare(
                            first,
                            second,
                            isStrict,
                            report.control(),
                            () -> print(line, "Warning: Image size mismatch!"));
            return tell(line, comparison.run());
        }
    }

    private static CompareImage image(BlockBackend backend, String name) {
        return new CompareImage(backend, name);
    }

    private int tell(CommandLine line, CompareResult result) {
        return switch (result) {
            case CompareResult.Identical _ -> {
                print(line, "Images are identical.");
                yield 0;
            }
            case CompareResult.SizeMismatch _ -> {
                print(line, "Strict mode: Image size mismatch!");
                yield 1;
            }
            case CompareResult.StatusMismatch(long offset) -> {
                print(line, "Strict mode: Offset " + offset + " block status mismatch!");
                yield 1;
            }
            case CompareResult.ContentMismatch(long offset) -> {
                print(line, "Content mismatch at offset " + offset + "!");
                yield 1;
            }
            case CompareResult.StatusUnknown(BlockException failure) -> {
                line.messages().report(failure);
                yield 3;
            }
            case CompareResult.Unreadable(BlockException failure) -> {
                line.messages().report(failure);
                yield 4;
            }
        };
    }

    private void print(CommandLine line, String text) {
        if (!isQuiet) {
            line.out().println(text);
        }
    }
}
