package io.cairn.cli.img;

import io.cairn.block.Aio;
import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.CacheMode;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.JobControl;
import io.cairn.job.bench.Bench;
import io.cairn.job.bench.BenchPlan;

import java.util.List;
import java.util.Locale;

/// `bench`: tells how long an image takes for a number of requests.
final class BenchCommand implements Command {
    private static final List<Flag> FLAGS =
            List.of(
                    ImageArguments.OBJECT,
                    ImageArguments.IMAGE_OPTS,
                    Flag.of('c').withArgument("count").withHelp("how many requests, 75000"),
                    Flag.of('d').withArgument("depth").withHelp("how many at a time, 64"),
                    ImageArguments.SHORT_FORMAT.withHelp("the image's format"),
                    Flag.of("flush-interval")
                            .withArgument("flush_interval")
                            .withHelp("flush when a multiple of so many requests is left"),
                    Flag.of('i').withArgument("aio").withHelp("threads, native or io_uring"),
                    Flag.of('n').withHelp("short for -i native"),
                    Flag.of("no-drain").withHelp("flush without waiting for other requests"),
                    Flag.of('o').withArgument("offset").withHelp("where the first request begins"),
                    Flag.of("pattern").withArgument("pattern").withHelp("the byte that is written"),
                    Flag.of('q').withHelp("has no effect"),
                    Flag.of('s').withArgument("buffer_size").withHelp("bytes a request, 4096"),
                    Flag.of('S')
                            .withArgument("step_size")
                            .withHelp("how far apart requests begin, by default their size"),
                    Flag.of('t').withArgument("cache").withHelp("cache mode"),
                    Flag.of('w').withHelp("write rather than read"),
                    ImageArguments.FORCE_SHARE);

    private OpenMode mode = OpenMode.READ;
    private CacheMode cache = CacheMode.WRITEBACK;
    private long count = 75_000;
    private long depth = 64;
    private long length = 4096;
    private long offset;
    private long step;
    private long pattern;
    private long flushInterval;
    private boolean drains = true;
    private boolean writes;

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
        return "measure how fast an image takes requests";
    }

    @Override
    public int run(CommandLine line) throws ToolException {
        try (Images images = line.images()) {
            ImageArguments arguments = new ImageArguments(images);
            for (String option = line.next(); option != null; option = line.next()) {
                if (!readSwitch(option) && !readValue(option, line)) {
                    line.passTo(arguments);
                }
            }
            String filename = line.onlyFilename();
            requireSense();
            try (BlockBackend disk = images.open(arguments, filename, openMode())) {
                measure(line, disk);
            }
            return 0;
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private boolean readSwitch(String option) {
        switch (option) {
            case "n" -> mode = mode.withAio(Aio.NATIVE);
            case "w" -> writes = true;
            case "no-drain" -> drains = false;
            case "q" -> {}
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readValue(String option, CommandLine line) throws ToolException {
        switch (option) {
            case "c" -> count = number("request count", line);
            case "d" -> depth = number("queue depth", line);
            case "flush-interval" -> flushInterval = number("flush interval", line);
            case "i" -> mode = mode.withAio(aio(line.value()));
            case "o" -> offset = SizeArgument.parse("offset", line.value(), line.messages());
            case "pattern" -> pattern = pattern(line.value());
            case "s" -> length = size("buffer size", line);
            case "S" -> step = size("step_size", line);
            case "t" -> cache = cache(line.value());
            default -> {
                return false;
            }
        }
        return true;
    }

    private static long number(String what, CommandLine line) throws ToolException {
        long number = NumberArgument.parse(line.value(), Integer.MAX_VALUE);
        if (number < 0) {
            throw ToolException.of("Invalid " + what + " specified");
        }
        return number;
    }

    private static long size(String what, CommandLine line) throws ToolException {
        return SizeArgument.parse(what, line.value(), Integer.MAX_VALUE, line.messages());
    }

    private static long pattern(String text) throws ToolException {
        long pattern = NumberArgument.parse(text, 0xff);
        if (pattern < 0) {
            throw ToolException.of("Invalid pattern byte specified");
        }
        return pattern;
    }

    private static Aio aio(String name) throws ToolException {
        return Aio.find(name)
                .orElseThrow(() -> ToolException.of("Invalid aio option: ".concat(name)));
    }

    private static CacheMode cache(String name) throws ToolException {
        try {
            return CacheMode.parse(name);
        } catch (ToolException _) {
            throw ToolException.of("Invalid cache mode");
        }
    }

    private void requireSense() throws ToolException {
        if (!writes && flushInterval > 0) {
            throw ToolException.of("--flush-interval is only available in write tests");
        }
        if (flushInterval > 0 && flushInterval < depth) {
            throw ToolException.of("Flush interval can't be smaller than depth");
        }
        if (depth == 0) {
            throw ToolException.of("Invalid queue depth specified");
        }
    }

    private OpenMode openMode() {
        return writes
                ? mode.withFlags(OpenMode.WRITE.flags()).withCache(cache)
                : mode.withCache(cache);
    }

    private void measure(CommandLine line, BlockBackend disk) throws BlockException {
        BenchPlan plan =
                new BenchPlan(
                        count,
                        (int) depth,
                        (int) length,
                        offset,
                        step == 0 ? length : step,
                        writes,
                        (byte) pattern,
                        flushInterval,
                        drains);
        line.out()
                .println(
                        "Sending "
                                + count
                                + (writes ? " write requests, " : " read requests, ")
                                + length
                                + " bytes each, "
                                + depth
                                + " in parallel (starting at offset "
                                + offset
                                + ", step size "
                                + plan.step()
                                + ")");
        if (flushInterval > 0) {
            line.out().println("Sending flush every " + flushInterval + " requests");
        }
        long start = System.nanoTime();
        new Bench(disk, plan, new JobControl()).run();
        double seconds = (System.nanoTime() - start) / 1e9;
        line.out().println(String.format(Locale.ROOT, "Run completed in %3.3f seconds.", seconds));
    }
}
