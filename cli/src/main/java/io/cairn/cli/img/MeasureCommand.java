package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Measure;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Getopt;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.image.CreationTarget;
import io.cairn.job.image.MeasureImage;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// `measure`: tells how much space a new image would need.
final class MeasureCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    OutputFormat.FLAG,
                    Flag.of('O').withArgument("output_fmt").withHelp("the new image's format"),
                    CreationOptions.FLAG,
                    Flag.of("size").withArgument("N").withHelp("the bytes of an empty disk"),
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    ImageArguments.SHORT_FORMAT,
                    Flag.of('l').withArgument("snapshot_param"),
                    ImageArguments.FORCE_SHARE);

    private final CreationOptions options = new CreationOptions();
    private String format = "raw";
    private long size = -1;
    private OutputFormat output = OutputFormat.HUMAN;

    @Override
    public List<Flag> flags() {
        return FLAGS;
    }

    @Override
    public String operands() {
        return "[filename]";
    }

    @Override
    public String summary() {
        return "tell how much space a new image needs for a disk's data";
    }

    @Override
    public Getopt.Wording wording() {
        return Getopt.Wording.LIBRARY;
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments image = new ImageArguments(images);
            readOptions(line, image);
            String filename = filename(line.operands(), image);
            Measure measure =
                    filename == null
                            ? measure(images, Optional.empty(), line)
                            : measureSource(images, image, filename, line);
            print(line, measure, output);
            return 0;
        }
    }

    private void readOptions(CommandLine line, ImageArguments image) throws ToolException {
        for (String option = line.next(); option != null; option = line.next()) {
            switch (option) {
                case "output" -> output = OutputFormat.parse(line.value());
                case "O" -> format = line.value();
                case "o" -> options.add(line.value());
                case "size" ->
                        size = SizeArgument.parse("image size", line.value(), line.messages());
                case "l" ->
                        throw ToolException.of(
                                "Reading an internal snapshot (-l) is not supported yet");
                default -> line.passTo(image);
            }
        }
    }

    private @Nullable String filename(List<String> operands, ImageArguments image)
            throws ToolException {
        if (operands.size() > 1) {
            throw ToolException.of("At most one filename argument is allowed.");
        }
        if (operands.isEmpty()) {
            if (image.isOptions() || image.format() != null) {
                throw ToolException.of("--image-opts, -f, and -l require a filename argument.");
            }
            if (size < 0) {
                throw ToolException.of("Either --size N or one filename must be specified.");
            }
            return null;
        }
        if (size >= 0) {
            throw ToolException.of("--size N cannot be used together with a filename.");
        }
        return operands.getFirst();
    }

    private Measure measureSource(
            Images images, ImageArguments image, String filename, CommandLine line)
            throws ToolException {
        try (BlockBackend source = images.open(image, filename, OpenMode.READ)) {
            return measure(images, Optional.of(source), line);
        }
    }

    private Measure measure(Images images, Optional<BlockBackend> source, CommandLine line)
            throws ToolException {
        try {
            CreationTarget target = CreationTarget.of(images.graph(), format, "");
            Options given = parse(target, line);
            if (source.isEmpty()) {
                given.put("size", Long.toString(size));
            }
            return MeasureImage.run(target.format(), images.graph().objects(), given, source);
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private Options parse(CreationTarget target, CommandLine line) throws ToolException {
        try {
            return target.options().parse(options.text());
        } catch (BlockException e) {
            line.messages().error(e.getMessage());
            throw ToolException.of("Invalid options for file format '" + format + "'");
        }
    }

    private static void print(CommandLine line, Measure measure, OutputFormat form) {
        if (form == OutputFormat.JSON) {
            JsonObject.Builder json =
                    JsonObject.builder()
                            .put("required", measure.required())
                            .put("fully-allocated", measure.fullyAllocated());
            if (measure.bitmaps() >= 0) {
                json.put("bitmaps", measure.bitmaps());
            }
            line.out().println(Json.printPretty(json.build()));
            return;
        }
        line.out().println("required size: " + measure.required());
        line.out().println("fully allocated size: " + measure.fullyAllocated());
        if (measure.bitmaps() >= 0) {
            line.out().println("bitmaps size: " + measure.bitmaps());
        }
    }
}
