package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.job.image.CreateImage;
import io.cairn.job.image.CreateRequest;
import io.cairn.job.image.MissingFormatException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `create`: makes an image.
final class CreateCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    Flag.of('q').withHelp("do not print what is created"),
                    ImageArguments.SHORT_FORMAT.withHelp("the new image's format, raw by default"),
                    Flag.of('b')
                            .withArgument("backing_file")
                            .withHelp("make it an overlay of this"),
                    Flag.of('F').withArgument("backing_fmt").withHelp("the backing file's format"),
                    Flag.of('u').withHelp("do not open the backing file"),
                    CreationOptions.FLAG);

    private final CreationOptions options = new CreationOptions();
    private String format = "raw";
    private @Nullable String backing;
    private @Nullable String backingFormat;
    private boolean isQuiet;
    private boolean opensBacking = true;

    @Override
    public List<Flag> flags() {
        return FLAGS;
    }

    @Override
    public String operands() {
        return "filename [size]";
    }

    @Override
    public String summary() {
        return "create an image, empty or an overlay of another one";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            readOptions(line, images);
            List<String> operands = line.operands();
            if (options.asksForHelp()) {
                return help(line, images, operands.isEmpty() ? null : operands.getFirst());
            }
            if (operands.isEmpty()) {
                throw ToolException.usage("Expecting image file name");
            }
            long size =
                    operands.size() > 1
                            ? SizeArgument.parse("image size", operands.get(1), line.messages())
                            : -1;
            if (operands.size() > 2) {
                throw ToolException.usage("Unexpected argument: ".concat(operands.get(2)));
            }
            create(line, images, operands.getFirst(), size);
            return 0;
        }
    }

    private void readOptions(CommandLine line, Images images) throws ToolException {
        for (String option = line.next(); option != null; option = line.next()) {
            switch (option) {
                case "object" -> images.addObject(line.value());
                case "f" -> format = line.value();
                case "F" -> backingFormat = line.value();
                case "b" -> backing = line.value();
                case "o" -> options.add(line.value());
                case "q" -> isQuiet = true;
                default -> opensBacking = false;
            }
        }
    }

    private int help(CommandLine line, Images images, @Nullable String filename)
            throws ToolException {
        try {
            CreationOptions.printHelp(images.graph(), format, filename, line.out());
            return 0;
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private void create(CommandLine line, Images images, String filename, long size)
            throws ToolException {
        CreateRequest request =
                new CreateRequest(
                        filename,
                        format,
                        options.text(),
                        size,
                        backing,
                        backingFormat,
                        opensBacking);
        try {
            CreateImage creation = CreateImage.prepare(images.graph(), request);
            if (!isQuiet) {
                line.out().println(creation.description());
                line.out().flush();
            }
            creation.run();
        } catch (MissingFormatException e) {
            throw missingFormat(line, filename, e);
        } catch (BlockException e) {
            throw ToolException.of(filename, e);
        }
    }

    /// The last line of this failure, for once, is not ended.
    private static ToolException missingFormat(
            CommandLine line, String filename, MissingFormatException failure) {
        line.messages().error(filename + ": " + failure.getMessage());
        if (failure.detected().isPresent()) {
            line.invocation().err().print("Detected format of " + failure.detected().get() + ".");
            if (!line.invocation().standIn()) {
                line.messages().line("");
            }
        }
        return ToolException.silent(1);
    }
}
