package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.Amendment;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Amendable;
import io.cairn.block.spi.BlockDriver;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.CacheMode;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;

import java.util.List;

/// `amend`: changes what an image was created with.
final class AmendCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    ProgressReport.SHOW,
                    Flag.of('q').withHelp("show no progress"),
                    ImageArguments.SHORT_FORMAT,
                    Flag.of('t').withArgument("cache").withHelp("cache mode of the image"),
                    Flag.of("force").withHelp("also do what may lose the data"),
                    CreationOptions.FLAG);

    private final CreationOptions changes = new CreationOptions();
    private ProgressReport.Form progress = ProgressReport.Form.ON_DEMAND;
    private String cache = "writeback";
    private boolean isQuiet;
    private boolean isForced;

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
        return "change what an image was created with";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments arguments = new ImageArguments(images);
            readOptions(line, arguments);
            if (changes.text().isEmpty()) {
                throw ToolException.usage("Must specify options (-o)");
            }
            String format = arguments.format();
            if (format != null && changes.asksForHelp()) {
                printHelp(driver(images, format), line);
                return 0;
            }
            List<String> operands = line.operands();
            if (operands.size() != 1) {
                throw ToolException.of("Expecting one image file name");
            }
            try (ProgressReport report =
                    ProgressReport.start(line.invocation(), progress, isQuiet)) {
                amend(images, arguments, operands.getFirst(), line);
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
                case "o" -> changes.add(line.value());
                case "t" -> cache = line.value();
                case "p" -> progress = ProgressReport.Form.PERCENT;
                case "q" -> isQuiet = true;
                case "force" -> isForced = true;
                default -> line.passTo(arguments);
            }
        }
    }

    private static BlockDriver driver(Images images, String format) throws ToolException {
        return images.graph()
                .drivers()
                .find(format)
                .orElseThrow(() -> ToolException.of("Unknown file format '" + format + "'"));
    }

    private static OptionList options(BlockDriver driver) throws ToolException {
        return driver.amendOptions()
                .orElseThrow(() ->
                        ToolException.of(
                                "Format driver '"
                                        + driver.name()
                                        + "' does not support option amendment"));
    }

    private static void printHelp(BlockDriver driver, CommandLine line) throws ToolException {
        OptionList options = options(driver);
        line.out().print("Amend options for '" + driver.name() + "':\n");
        line.out().print(options.help());
    }

    private void amend(Images images, ImageArguments arguments, String filename, CommandLine line)
            throws ToolException, BlockException {
        OpenMode mode = OpenMode.WRITE.withCache(CacheMode.parse(cache));
        try (BlockBackend image = images.open(arguments, filename, mode)) {
            BlockDriver driver = driver(images, image.node().driver());
            if (changes.asksForHelp()) {
                printHelp(driver, line);
                return;
            }
            Options given = parse(driver);
            if (!(image.node().driverInstance() instanceof Amendable)) {
                throw ToolException.of(
                        "Format driver '" + driver.name() + "' does not support option amendment");
            }
            try (Amendment amendment = Amendment.begin(images.graph(), image.node())) {
                amendment.amend(given, isForced);
            }
        }
    }

    /// The changes; an option that only creation takes is told from an unknown one.
    private Options parse(BlockDriver driver) throws ToolException, BlockException {
        OptionList options = options(driver);
        try {
            return options.parse(changes.text());
        } catch (InvalidOptionException e) {
            OptionSchema<?> creation = driver.createSchema().orElse(null);
            if (creation != null) {
                boolean isKnown = true;
                try {
                    options.plus(creation.list()).parse(changes.text());
                } catch (InvalidOptionException _) {
                    isKnown = false;
                }
                if (isKnown) {
                    e.withHint("This option is only supported for image creation");
                }
            }
            throw e;
        }
    }
}
