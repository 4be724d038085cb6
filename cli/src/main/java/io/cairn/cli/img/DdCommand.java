package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.JobControl;
import io.cairn.job.dd.CopyBlocks;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `dd`: copies blocks into a new image, with operands like those of dd(1).
final class DdCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    ImageArguments.FORCE_SHARE,
                    ImageArguments.SHORT_FORMAT.withHelp("the input's format"),
                    Flag.of('O')
                            .withArgument("output_fmt")
                            .withHelp("the output's format, raw by default"));

    private String format = "raw";
    private @Nullable String input;
    private @Nullable String output;
    private int blockBytes = 512;
    private long count = -1;
    private long skip;

    @Override
    public List<Flag> flags() {
        return FLAGS;
    }

    @Override
    public String operands() {
        return "[bs=block_size] [count=blocks] [skip=blocks] if=input of=output";
    }

    @Override
    public String summary() {
        return "copy blocks of an image into a new one";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments source = new ImageArguments(images);
            for (String option = line.next(); option != null; option = line.next()) {
                if (option.equals("O")) {
                    format = line.value();
                } else {
                    line.passTo(source);
                }
            }
            for (String operand : line.operands()) {
                readOperand(operand, line);
            }
            if (input == null || output == null) {
                throw ToolException.of("Must specify both input and output files");
            }
            copy(line, images, images.open(source, input, OpenMode.READ), input, output);
            return 0;
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private void readOperand(String operand, CommandLine line) throws ToolException {
        int equals = operand.indexOf('=');
        String name = equals < 0 ? operand : operand.substring(0, equals);
        String value = equals < 0 ? "" : operand.substring(equals + 1);
        switch (equals < 0 ? "" : name) {
            case "if" -> input = value;
            case "of" -> output = value;
            case "bs" ->
                    blockBytes =
                            (int)
                                    SizeArgument.parse(
                                            name, value, 1, Integer.MAX_VALUE, line.messages());
            case "count" -> count = SizeArgument.parse(name, value, line.messages());
            case "skip" -> skip = SizeArgument.parse(name, value, line.messages());
            default -> throw ToolException.of("unrecognized operand ".concat(name));
        }
    }

    /// What is counted are the input's blocks from its start, those that are skipped included.
    private void copy(CommandLine line, Images images, BlockBackend source, String from, String to)
            throws ToolException, BlockException {
        NewTarget fresh = prepare(images, to);
        long end = source.length();
        if (count >= 0 && count <= end / blockBytes) {
            end = Math.min(end, count * blockBytes);
        }
        boolean isBehindEnd = skip > end / blockBytes;
        if (isBehindEnd) {
            line.messages().error(from + ": cannot skip to specified offset");
        }
        long start = isBehindEnd ? end : skip * blockBytes;
        try (TargetGuard guard = new TargetGuard(line, to, fresh.file());
                BlockBackend target =
                        fresh.create(
                                end - start, "error while creating output image", OpenMode.WRITE)) {
            new CopyBlocks(source, target, blockBytes, new JobControl()).run(start, end - start);
            guard.finished();
        }
    }

    private NewTarget prepare(Images images, String name) throws ToolException, BlockException {
        if (images.graph().drivers().find(format).isEmpty()) {
            throw ToolException.of("Unknown file format");
        }
        return NewTarget.prepare(images, name, format, "");
    }
}
