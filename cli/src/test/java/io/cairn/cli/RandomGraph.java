package io.cairn.cli;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Options;

import java.util.List;
import java.util.Random;

/// Makes graphs of filters up, as options; now and then with a mistake.
///
/// The images that they stand on are `raw.img`, `q.qcow2`, and `top.qcow2` with a backing file, all
/// of 1 MiB, in a folder for which `@` stands; `target.img` takes what copy-before-write copies. A
/// graph uses each image once, so that no file is locked twice.
final class RandomGraph {
    /// A kind of node over a child.
    @FunctionalInterface
    private interface Layer {
        Options over(RandomGraph graph, int depth);
    }

    private static final List<Layer> LAYERS =
            List.of(
                    (graph, depth) -> graph.filter("raw", "file", depth),
                    RandomGraph::window,
                    (graph, depth) -> graph.filter("copy-on-read", "file", depth),
                    (graph, depth) -> graph.filter("compress", "file", depth),
                    RandomGraph::preallocate,
                    RandomGraph::blkdebug,
                    RandomGraph::copyBeforeWrite,
                    RandomGraph::snapshotAccess);

    private final Random random;
    private boolean hasTarget;

    RandomGraph(Random random) {
        this.random = random;
    }

    /// A graph of up to four layers.
    Options next() {
        hasTarget = false;
        return layer(random.nextInt(5));
    }

    private Options layer(int depth) {
        if (depth == 0) {
            return bottom();
        }
        Options options = pick(LAYERS).over(this, depth - 1);
        switch (random.nextInt(40)) {
            case 0 -> options.put("foo", "1");
            case 1 -> options.put("read-only", "on");
            case 2 -> options.put("discard", "unmap");
            case 3 -> options.put("detect-zeroes", "on");
            default -> {}
        }
        return options;
    }

    private Options bottom() {
        return switch (random.nextInt(5)) {
            case 0 -> file("raw.img");
            case 1 -> new Options().put("driver", "raw").putSub("file", file("raw.img"));
            case 2 -> new Options().put("driver", "qcow2").putSub("file", file("q.qcow2"));
            case 3 -> new Options().put("driver", "qcow2").putSub("file", file("top.qcow2"));
            default ->
                    new Options()
                            .put("driver", pick(List.of("null-co", "null-aio")))
                            .put("size", "1048576")
                            .put("read-zeroes", "on");
        };
    }

    private static Options file(String name) {
        return new Options().put("driver", "file").put("filename", "@" + name);
    }

    private Options filter(String driver, String child, int depth) {
        return new Options().put("driver", driver).putSub(child, layer(depth));
    }

    private Options window(int depth) {
        Options options = filter("raw", "file", depth);
        if (random.nextBoolean()) {
            options.put("offset", pick(List.of("0", "512", "65536", "2M")));
        }
        if (random.nextBoolean()) {
            options.put("size", pick(List.of("512", "128k", "65537", "1M")));
        }
        return options;
    }

    private Options preallocate(int depth) {
        Options options = filter("preallocate", "file", depth);
        if (random.nextBoolean()) {
            options.put("prealloc-align", pick(List.of("1M", "512", "100")));
            options.put("prealloc-size", pick(List.of("1M", "0")));
        }
        return options;
    }

    private Options blkdebug(int depth) {
        Options options = filter("blkdebug", "image", depth);
        if (random.nextBoolean()) {
            options.put("align", pick(List.of("512", "4k", "64k", "1000")));
        }
        if (random.nextInt(3) == 0) {
            options.put("max-transfer", pick(List.of("64k", "128k", "100")));
            options.put("opt-write-zero", pick(List.of("64k", "128k")));
            options.put("max-write-zero", "128k");
            options.put("opt-discard", "64k");
            options.put("max-discard", "128k");
        }
        if (random.nextInt(3) == 0) {
            options.put("inject-error.0.event", pick(List.of("none", "pwritev", "write_aio", "x")));
            options.put("inject-error.0.errno", pick(List.of("5", "28", "1")));
            options.put("inject-error.0.once", pick(List.of("on", "off")));
            if (random.nextBoolean()) {
                options.put("inject-error.0.iotype", pick(List.of("read", "write", "flush")));
            }
            if (random.nextBoolean()) {
                options.put("inject-error.0.sector", pick(List.of("0", "128", "256")));
            }
        }
        return options;
    }

    private Options copyBeforeWrite(int depth) {
        if (hasTarget) {
            return filter("raw", "file", depth);
        }
        hasTarget = true;
        Options options = filter("copy-before-write", "file", depth);
        switch (random.nextInt(12)) {
            case 0 -> {}
            case 1 -> options.putSub("target", file("target.img")).put("on-cbw-error", "x");
            case 2 -> options.putSub("target", file("target.img")).put("cbw-timeout", "-1");
            case 3 -> options.putSub("target", file("target.img")).put("bitmap.node", "n");
            default ->
                    options.putSub("target", file("target.img"))
                            .put("on-cbw-error", "break-snapshot")
                            .put("cbw-timeout", "30");
        }
        return options;
    }

    private Options snapshotAccess(int depth) {
        return new Options()
                .put("driver", "snapshot-access")
                .putSub("file", random.nextInt(4) == 0 ? layer(depth) : copyBeforeWrite(depth));
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    // ---- as a user writes it

    /// The filename `json:{…}`.
    static String asJson(Options options) throws Exception {
        return "json:" + Json.print(options.unflatten());
    }

    /// The text after `--image-opts`.
    static String asText(Options options) {
        StringBuilder text = new StringBuilder();
        for (String key : options.keys()) {
            JsonValue value = options.get(key);
            text.append(text.isEmpty() ? "" : ",").append(key).append('=');
            text.append(value == null ? "" : value.asText());
        }
        return text.toString();
    }
}
