package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Json;
import io.cairn.block.option.Options;
import io.cairn.block.spi.DriverProvider;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Whatever stands on whatever, a disk is a disk: stacks of layers are made up by seed, and random
/// requests to them agree with a model in memory.
///
/// A test extends this and names the layers; a further filter is a further line of {@link #layers}.
/// A failure names the stack and its seed; `-Dcairn.seed` starts there.
public abstract class FilterStackContract {
    private static final int LENGTH = 384 << 10;
    private static final int MAX_DEPTH = 5;
    private static final int STACKS = "full".equals(System.getProperty("cairn.effort")) ? 400 : 25;

    /// The kinds of nodes that a stack is made of.
    protected abstract List<StackLayer> layers();

    /// The kinds of nodes that a stack may stand on.
    protected List<StackLayer> bottoms() {
        return List.of(disk -> disk.file(disk.content()));
    }

    /// The drivers of the layers, besides those of the memory host.
    protected abstract DriverProvider[] providers();

    /// Makes what options of the layers refer to.
    protected void prepare(BlockGraph graph) throws BlockException {}

    private static long seed() {
        return Long.getLong("cairn.seed", 20_261_126L);
    }

    /// What is done with a stack.
    @FunctionalInterface
    private interface Use {
        void run(BlockBackend disk, byte[] content, long seed) throws BlockException;
    }

    private void forEachStack(boolean keepsContent, Use use) throws BlockException {
        for (long seed = seed(); seed < seed() + STACKS; seed++) {
            try (TestGraph graph = new TestGraph(new MemoryHost(), providers())) {
                prepare(graph.graph());
                Stack stack = new Stack(graph, new Random(seed));
                Options options = stack.options();
                try {
                    use(graph.graph(), stack, options, seed, keepsContent, use);
                } catch (BlockException | RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            "-Dcairn.seed=" + seed + ": " + Json.print(options.unflatten()), e);
                }
            }
        }
    }

    private static void use(
            BlockGraph graph,
            Stack stack,
            Options options,
            long seed,
            boolean keepsContent,
            Use use)
            throws BlockException {
        OpenRequest request = new OpenRequest(null, new Options(options), TestGraph.WRITABLE, true);
        byte[] content = stack.content();
        try (BlockBackend disk = graph.open(request, Permissions.ALL, Permissions.ALL)) {
            use.run(disk, content.clone(), seed);
            for (StackDisk.Check check : keepsContent ? stack.checks : List.<StackDisk.Check>of()) {
                check.run(graph);
            }
        }
    }

    // ---- what holds for every stack

    @Test
    void agreesWithAModelUnderRandomRequests() throws BlockException {
        forEachStack(
                true,
                (disk, content, seed) -> {
                    GuestModel model = new GuestModel(disk, content, seed, 1);
                    model.verify();
                    model.run(60);
                    model.verify();
                });
    }

    @Test
    void agreesWithAModelWhoseLengthChanges() throws BlockException {
        forEachStack(
                false,
                (disk, content, seed) -> {
                    GuestModel model = new GuestModel(disk, content, seed, 512);
                    for (int i = 0; i < 6; i++) {
                        model.run(10);
                        model.truncate(64 << 10);
                    }
                    model.verify();
                });
    }

    @Test
    void agreesWithAModelAfterReopening() throws BlockException {
        for (long seed = seed(); seed < seed() + STACKS; seed++) {
            try (TestGraph graph = new TestGraph(new MemoryHost(), providers())) {
                prepare(graph.graph());
                Stack stack = new Stack(graph, new Random(seed));
                byte[] content = stack.content().clone();
                Options options = stack.options();
                long now = seed;
                use(
                        graph.graph(),
                        stack,
                        options,
                        seed,
                        false,
                        (disk, same, s) -> new GuestModel(disk, content, now, 1).run(40));
                use(
                        graph.graph(),
                        stack,
                        options,
                        seed,
                        false,
                        (disk, same, s) -> new GuestModel(disk, content, now, 1).verify());
            }
        }
    }

    @Test
    void agreesWithModelsWhenRangesAreCopiedInsideTheHost() throws BlockException {
        long copied = 0;
        for (long seed = seed(); seed < seed() + STACKS; seed++) {
            try (TestGraph graph = new TestGraph(new MemoryHost(), providers())) {
                prepare(graph.graph());
                Stack stack = new Stack(graph, new Random(seed));
                Options options = stack.options();
                byte[] other = new byte[LENGTH];
                stack.random.nextBytes(other);
                Options plain = stack.layer(other, 0);
                long now = seed;
                OpenRequest request = new OpenRequest(null, plain, TestGraph.WRITABLE, true);
                try (BlockBackend second =
                        graph.graph().open(request, Permissions.ALL, Permissions.ALL)) {
                    GuestModel model = new GuestModel(second, other, seed, 512);
                    long[] count = new long[1];
                    use(
                            graph.graph(),
                            stack,
                            options,
                            seed,
                            true,
                            (disk, content, s) ->
                                    count[0] =
                                            copyBothWays(
                                                    new GuestModel(disk, content, now, 512),
                                                    model,
                                                    new Random(now)));
                    copied += count[0];
                } catch (BlockException | RuntimeException | AssertionError e) {
                    throw new AssertionError("-Dcairn.seed=" + seed, e);
                }
            }
        }
        assertThat(copied).as("ranges copied inside the host").isPositive();
    }

    /// Copies ranges to and fro; returns how many of them inside the host.
    private static long copyBothWays(GuestModel a, GuestModel b, Random random)
            throws BlockException {
        long copied = 0;
        for (int i = 0; i < 20; i++) {
            int length = (1 + random.nextInt(random.nextBoolean() ? 8 : 200)) * 512;
            int from = random.nextInt((LENGTH - length) / 512) * 512;
            int to = random.nextInt((LENGTH - length) / 512) * 512;
            boolean isUp = random.nextBoolean();
            copied +=
                    (isUp ? a.copyFrom(b, from, to, length) : b.copyFrom(a, from, to, length))
                            ? 1
                            : 0;
            a.run(1);
            b.run(1);
        }
        a.verify();
        b.verify();
        return copied;
    }

    /// Each worker has a part of the disk to itself; meanwhile nodes all over the stack are
    /// drained.
    @Test
    void agreesWithModelsOfItsPartsUnderConcurrentRequestsAndDrains() throws BlockException {
        forEachStack(true, FilterStackContract::runConcurrently);
    }

    private static void runConcurrently(BlockBackend disk, byte[] content, long seed)
            throws BlockException {
        int parts = 3;
        int part = LENGTH / parts;
        BlockGraph graph = disk.graph();
        try (Workers workers = Workers.virtual("guest")) {
            for (int i = 0; i < parts; i++) {
                GuestModel model =
                        new GuestModel(disk, content, seed + i, 1).within(i * part, part);
                workers.fork(() -> model.run(30));
            }
            workers.fork(() -> drainEverywhere(graph, new Random(seed)));
            workers.join();
        }
        new GuestModel(disk, content, seed, 1).verify();
    }

    private static void drainEverywhere(BlockGraph graph, Random random) {
        List<BlockNode> nodes = graph.nodes();
        for (int i = 0; i < 20; i++) {
            try (BlockGraph.Drain _ = graph.drain(nodes.get(random.nextInt(nodes.size())))) {
                Thread.onSpinWait();
            }
        }
    }

    // ---- making stacks up

    /// A stack that is being made up, top first.
    private final class Stack {
        private final TestGraph graph;
        private final Random random;
        private final byte[] content = new byte[LENGTH];
        private final List<StackDisk.Check> checks = new ArrayList<>();
        private int names;

        Stack(TestGraph graph, Random random) {
            this.graph = graph;
            this.random = random;
            fill();
        }

        /// Pages of random data among pages of zeroes.
        private void fill() {
            byte[] page = new byte[4096];
            for (int offset = 0; offset < LENGTH; offset += page.length) {
                if (random.nextBoolean()) {
                    random.nextBytes(page);
                    System.arraycopy(page, 0, content, offset, page.length);
                }
            }
        }

        byte[] content() {
            return content;
        }

        Options options() throws BlockException {
            return layer(content, 1 + random.nextInt(MAX_DEPTH));
        }

        private Options layer(byte[] shown, int depth) throws BlockException {
            List<StackLayer> choices = depth == 0 ? bottoms() : layers();
            return choices.get(random.nextInt(choices.size())).over(new Disk(this, shown, depth));
        }
    }

    private static final class Disk implements StackDisk {
        private final Stack stack;
        private final byte[] content;
        private final int depth;

        Disk(Stack stack, byte[] content, int depth) {
            this.stack = stack;
            this.content = content;
            this.depth = depth;
        }

        @Override
        public byte[] content() {
            return content;
        }

        @Override
        public Random random() {
            return stack.random;
        }

        @Override
        public TestGraph graph() {
            return stack.graph;
        }

        @Override
        public Options below(byte[] other) throws BlockException {
            return stack.layer(other, depth - 1);
        }

        @Override
        public Options file(byte[] bytes) {
            String name = newName();
            stack.graph.host().put(name, new MemoryStorage(bytes));
            return new Options().put("driver", MemoryHost.DRIVER).put("filename", name);
        }

        @Override
        public String newName() {
            return "n" + stack.names++;
        }

        @Override
        public void afterwards(Check check) {
            stack.checks.add(check);
        }
    }
}
