package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.JobControl;
import io.cairn.job.image.MapImage;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `map`: tells where the data of a disk is.
final class MapCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    ImageArguments.FORMAT,
                    Flag.of('s', "start-offset")
                            .withArgument("offset")
                            .withHelp("where to start, 0 by default"),
                    Flag.of('l', "max-length")
                            .withArgument("len")
                            .withHelp("how much to tell of, all by default"),
                    OutputFormat.FLAG,
                    ImageArguments.FORCE_SHARE);

    private long start;
    private long length = -1;
    private @Nullable String output;

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
        return "tell which ranges of a disk hold data, and in which file they are";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments image = new ImageArguments(images);
            readOptions(line, image);
            String filename = line.onlyFilename();
            OutputFormat format = OutputFormat.parse(output);
            try (BlockBackend disk = images.open(image, filename, OpenMode.READ)) {
                MapText text = MapText.of(format, line.out());
                MapImage.run(disk, start, length, text, new JobControl());
                text.end();
            } catch (BlockException e) {
                throw MapText.asFailure(e);
            }
            return 0;
        }
    }

    private void readOptions(CommandLine line, ImageArguments image) throws ToolException {
        for (String option = line.next(); option != null; option = line.next()) {
            switch (option) {
                case "output" -> output = line.value();
                case "start-offset" ->
                        start = SizeArgument.parse("start offset", line.value(), line.messages());
                case "max-length" ->
                        length = SizeArgument.parse("max length", line.value(), line.messages());
                default -> line.passTo(image);
            }
        }
    }
}
