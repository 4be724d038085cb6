package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonValue;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.image.ImageInfo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// `info`: tells what an image is, and what stands behind it.
final class InfoCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    ImageArguments.FORMAT,
                    OutputFormat.FLAG,
                    Flag.of("backing-chain").withHelp("tell of all images behind this one too"),
                    ImageArguments.FORCE_SHARE);

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
        return "tell the format, the sizes and the particulars of an image";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments image = new ImageArguments(images);
            String output = null;
            boolean wholeChain = false;
            for (String option = line.next(); option != null; option = line.next()) {
                switch (option) {
                    case "output" -> output = line.value();
                    case "backing-chain" -> wholeChain = true;
                    default -> line.passTo(image);
                }
            }
            String filename = line.onlyFilename();
            OutputFormat format = OutputFormat.parse(output);
            List<ImageInfo> chain = chain(images, image, filename, wholeChain);
            print(line, chain, format, wholeChain);
            return 0;
        }
    }

    /// Opens one image after the other, so that a chain that cannot be opened as a whole is told of
    /// up to the link that is broken.
    private static List<ImageInfo> chain(
            Images images, ImageArguments image, String filename, boolean whole)
            throws ToolException {
        List<ImageInfo> chain = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        seen.add(filename);
        ImageInfo info = info(images.open(image, filename, OpenMode.INSPECT));
        chain.add(info);
        while (whole && info.backing().isPresent()) {
            ImageInfo.Backing backing = info.backing().get();
            String next = backing.resolved();
            if (next == null) {
                throw ToolException.of(
                        "Could not determine the actual path of '" + backing.filename() + "'");
            }
            if (!seen.add(next)) {
                throw ToolException.of("Backing file '" + next + "' creates an infinite loop.");
            }
            info =
                    info(
                            images.openFile(
                                    next, backing.format(), image.forceShare(), OpenMode.INSPECT));
            chain.add(info);
        }
        return chain;
    }

    private static ImageInfo info(BlockBackend backend) throws ToolException {
        try (backend) {
            return ImageInfo.of(backend.node());
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private static void print(
            CommandLine line, List<ImageInfo> chain, OutputFormat format, boolean whole) {
        if (format == OutputFormat.JSON) {
            JsonValue value = whole ? toJson(chain) : chain.getFirst().toJson();
            line.out().println(Json.printPretty(value));
            return;
        }
        String separator = "";
        for (ImageInfo info : chain) {
            line.out().print(separator);
            line.out().print(InfoText.of(info));
            separator = "\n";
        }
    }

    private static JsonArray toJson(List<ImageInfo> chain) {
        List<JsonValue> list = new ArrayList<>(chain.size());
        for (ImageInfo info : chain) {
            list.add(info.toJson());
        }
        return new JsonArray(list);
    }
}
