package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Preallocation;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Sizes;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.image.ResizeImage;

import java.util.List;

/// `resize`: gives a disk another length.
final class ResizeCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    ImageArguments.SHORT_FORMAT,
                    Flag.of("preallocation")
                            .withArgument("prealloc")
                            .withHelp("how new space is reserved: off, metadata, falloc or full"),
                    Flag.of('q').withHelp("print errors only"),
                    Flag.of("shrink").withHelp("the disk may lose its end"));

    private Preallocation preallocation = Preallocation.OFF;
    private boolean isQuiet;
    private boolean mayShrink;

    @Override
    public List<Flag> flags() {
        return FLAGS;
    }

    @Override
    public String operands() {
        return "filename [+|-]size";
    }

    @Override
    public String summary() {
        return "change the length of a disk";
    }

    /// The size is the last word even where it looks like an option.
    @Override
    public int trailingOperands() {
        return 1;
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments image = new ImageArguments(images);
            readOptions(line, image);
            List<String> operands = line.operands();
            if (operands.size() != 2) {
                throw ToolException.usage("Expecting image file name and size");
            }
            String size = operands.get(1);
            boolean grows = size.startsWith("+");
            boolean shrinks = size.startsWith("-");
            long bytes = parse(grows || shrinks ? size.substring(1) : size, line);
            try (BlockBackend disk = images.open(image, operands.getFirst(), OpenMode.RESIZE)) {
                long length =
                        grows ? disk.length() + bytes : shrinks ? disk.length() - bytes : bytes;
                resize(disk, length, line);
            }
            if (!isQuiet) {
                line.out().println("Image resized.");
            }
            return 0;
        }
    }

    private void readOptions(CommandLine line, ImageArguments image) throws ToolException {
        for (String option = line.next(); option != null; option = line.next()) {
            switch (option) {
                case "preallocation" -> preallocation = preallocation(line.value());
                case "q" -> isQuiet = true;
                case "shrink" -> mayShrink = true;
                default -> line.passTo(image);
            }
        }
    }

    private static Preallocation preallocation(String name) throws ToolException {
        for (Preallocation mode : Preallocation.values()) {
            if (mode.text().equals(name)) {
                return mode;
            }
        }
        throw ToolException.of("Invalid preallocation mode '" + name + "'");
    }

    private static long parse(String text, CommandLine line) throws ToolException {
        String warning = Sizes.warning(text);
        if (warning != null) {
            line.messages().warning(warning);
        }
        try {
            return Sizes.parseOption("size", text);
        } catch (InvalidOptionException e) {
            throw ToolException.of(e);
        }
    }

    private void resize(BlockBackend disk, long length, CommandLine line) throws ToolException {
        try {
            ResizeImage.run(disk, length, preallocation, mayShrink);
        } catch (ResizeImage.ShrinkException e) {
            line.messages().error(e.getMessage());
            line.messages()
                    .warning(
                            "Shrinking an image will delete all data beyond the shrunken image's"
                                + " end. Before performing such an operation, make sure there is no"
                                + " important data there.");
            throw ToolException.silent(1);
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }
}
