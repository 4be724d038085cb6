package io.cairn.cli.img;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Runs generated command lines, right and wrong ones, by the reference program and by ours, and
/// compares all that a script could notice: both outputs and the exit status.
@EnabledIf("io.cairn.cli.img.Peer#isInstalled")
class ImgInteropTest {
    private static final long SEED = Long.getLong("cairn.seed", 20261122);
    private static final int CASES = "full".equals(System.getProperty("cairn.effort")) ? 1500 : 60;

    private static final List<String> IMAGES =
            List.of(
                    "@r.raw",
                    "@empty.raw",
                    "@small.raw",
                    "@q.qcow2",
                    "@v2.qcow2",
                    "@v2small.qcow2",
                    "@fine.qcow2",
                    "@coarse.qcow2",
                    "@lazy.qcow2",
                    "@full.qcow2",
                    "@none.qcow2",
                    "@packed.qcow2",
                    "@zstd.qcow2",
                    "@base.qcow2",
                    "@top.qcow2",
                    "@overraw.qcow2",
                    "@lost.qcow2",
                    "@snap.qcow2",
                    "@leaky.qcow2",
                    "@corrupt.qcow2",
                    "@lostl2.qcow2",
                    "@header.qcow2",
                    "@cut.qcow2",
                    "@future.qcow2",
                    "@gone",
                    "null-co://",
                    "json:{}",
                    "nodriver:x",
                    "",
                    "json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"@q.qcow2\"}}",
                    "json:{\"driver\":\"raw\",\"offset\":512,\"file.filename\":\"@r.raw\"}",
                    "json:{\"driver\":\"qcow2\",\"file.filename\":\"@r.raw\"}");

    private static final List<String> COMMON =
            List.of(
                    "-f raw",
                    "-f qcow2",
                    "-f foo",
                    "-U",
                    "--force-share",
                    "--image-opts",
                    "--object secret,id=s,data=x",
                    "--object secret,id=s",
                    "--object secret_keyring,id=s",
                    "--object secret_keyring,id=s,serial=0",
                    "--object secret_keyring,id=s,serial=4711",
                    "--object foo,id=s",
                    "--foo",
                    "-z",
                    "-f");

    /// `measure` answers a wrong option with the whole help.
    private static final List<String> COMMON_TO_MEASURE =
            COMMON.stream()
                    .filter(option -> !option.equals("--foo") && !option.equals("-z"))
                    .toList();

    @TempDir static Path folder;
    private static Peer peer;

    @BeforeAll
    static void makeImages() throws IOException {
        Path made = Files.createDirectories(folder.resolve("made"));
        PeerImages.make(made);
        peer = new Peer(folder);
        peer.adopt(made);
    }

    @AfterAll
    static void nameSeed() {
        System.getLogger(ImgInteropTest.class.getName())
                .log(System.Logger.Level.INFO, "cairn.seed=" + SEED);
    }

    static Stream<List<String>> infoLines() {
        return generate(
                "info",
                COMMON,
                List.of(
                        "--output=json",
                        "--output human",
                        "--output=foo",
                        "--backing-chain",
                        "--backing",
                        "--format=qcow2"));
    }

    static Stream<List<String>> checkLines() {
        return generate(
                "check",
                COMMON,
                List.of(
                        "--output=json",
                        "--output=foo",
                        "-q",
                        "-T none",
                        "-T unsafe",
                        "-T foo",
                        "-r foo",
                        "--repair=bar",
                        "--format=qcow2"));
    }

    static Stream<List<String>> mapLines() {
        return generate(
                "map",
                COMMON,
                List.of(
                        "--output=json",
                        "--output=json",
                        "--output=foo",
                        "-s 100k",
                        "--start-offset=1234567",
                        "--start-offset=0x10k",
                        "-s foo",
                        "-l 1M",
                        "--max-length=0",
                        "--max-length=9E"));
    }

    static Stream<List<String>> measureLines() {
        return generate(
                "measure",
                COMMON_TO_MEASURE,
                List.of(
                        "--output=json",
                        "--output=foo",
                        "-O qcow2",
                        "-O qcow2",
                        "-O raw",
                        "-O foo",
                        "--size=1G",
                        "--size foo",
                        "-o cluster_size=4k",
                        "-o refcount_bits=1,cluster_size=2M",
                        "-o compat=0.10",
                        "-o preallocation=full",
                        "-o foo=1",
                        "-o ,"));
    }

    @ParameterizedTest
    @MethodSource({"infoLines", "checkLines", "mapLines", "measureLines"})
    void readsAsTheReferenceProgramDoes(List<String> line) {
        assertThat(peer.ours(line)).as(String.join(" ", line)).isEqualTo(peer.theirs(line));
    }

    static Stream<List<String>> resizeLines() {
        List<String> sizes =
                List.of(
                        "20M",
                        "+1M",
                        "-64k",
                        "1M",
                        "3333333",
                        "foo",
                        "",
                        "0",
                        "9E",
                        "+8388609T",
                        "0x100k",
                        "1.5M");
        List<String> images =
                List.of(
                        "@w-r.raw",
                        "@w-q.qcow2",
                        "@w-v2.qcow2",
                        "@w-fine.qcow2",
                        "@w-top.qcow2",
                        "@w-small.raw",
                        "@w-none.qcow2",
                        "@gone");
        List<String> options =
                List.of(
                        "--shrink",
                        "--shrink",
                        "-q",
                        "--preallocation=off",
                        "--preallocation=metadata",
                        "--preallocation=full",
                        "--preallocation=foo",
                        "-f raw",
                        "-f qcow2",
                        "--foo");
        Random random = new Random(SEED);
        return Stream.generate(
                        () -> {
                            List<String> line = new ArrayList<>(List.of("resize"));
                            addSome(line, options, random);
                            line.add(pick(images, random));
                            line.add(pick(sizes, random));
                            return line;
                        })
                .limit(CASES);
    }

    @ParameterizedTest
    @MethodSource("resizeLines")
    void resizesAsTheReferenceProgramDoes(List<String> line) {
        assertThat(peer.ours(line)).as(String.join(" ", line)).isEqualTo(peer.theirs(line));

        String image = line.get(line.size() - 2);
        if (image.startsWith("@w-")) {
            assertSameImage(image.substring(1), line);
        }
    }

    static Stream<List<String>> repairLines() {
        List<String> images =
                List.of(
                        "@w-q.qcow2",
                        "@w-leaky.qcow2",
                        "@w-leaky.qcow2",
                        "@w-corrupt.qcow2",
                        "@w-uncounted.qcow2",
                        "@w-v2.qcow2",
                        "@w-packed.qcow2",
                        "@w-r.raw",
                        "@w-header.qcow2");
        List<String> options = List.of("--output=json", "-q", "-f qcow2", "-T none", "-U");
        Random random = new Random(SEED);
        return Stream.generate(
                        () -> {
                            List<String> line = new ArrayList<>(List.of("check", "-r"));
                            line.add(random.nextBoolean() ? "leaks" : "all");
                            addSome(line, options, random);
                            line.add(pick(images, random));
                            return line;
                        })
                .limit(CASES / 4);
    }

    @ParameterizedTest
    @MethodSource("repairLines")
    void repairsAsTheReferenceProgramDoes(List<String> line) {
        assertThat(peer.ours(line)).as(String.join(" ", line)).isEqualTo(peer.theirs(line));

        assertSameImage(line.getLast().substring(1), line);
    }

    static Stream<List<String>> createLines() {
        List<String> options =
                List.of(
                        "-q",
                        "-f qcow2",
                        "-f qcow2",
                        "-f qcow2",
                        "-f foo",
                        "-o cluster_size=4k",
                        "-o cluster_size=512,refcount_bits=8",
                        "-o cluster_size=3k",
                        "-o cluster_size=foo",
                        "-o compat=0.10",
                        "-o compat=v3,lazy_refcounts=on",
                        "-o compat=v4",
                        "-o refcount_bits=3",
                        "-o refcount_bits=1",
                        "-o preallocation=metadata",
                        "-o preallocation=falloc",
                        "-o preallocation=full",
                        "-o preallocation=foo",
                        "-o compression_type=zstd",
                        "-o compression_type=foo",
                        "-o nocow=on",
                        "-o extent_size_hint=1M",
                        "-o size=3M",
                        "-o foo=bar",
                        "-o =",
                        "-o ,",
                        "-o lazy_refcounts",
                        "-o nolazy_refcounts",
                        "-o backing_file=base.qcow2,backing_fmt=qcow2",
                        "-b base.qcow2 -F qcow2",
                        "-b base.qcow2",
                        "-b r.raw -F raw",
                        "-b r.raw -F qcow2",
                        "-b gone -F raw",
                        "-F qcow2",
                        "-u",
                        "-u");
        List<String> sizes =
                List.of(
                        "1M",
                        "1M",
                        "1M",
                        "10000000",
                        "0",
                        "511",
                        "9E",
                        "7E",
                        "foo",
                        "1.5k",
                        "-1",
                        "0x10k",
                        "1M 2M",
                        "+3",
                        "");
        Random random = new Random(SEED);
        return Stream.generate(
                        () -> {
                            List<String> line = new ArrayList<>(List.of("create"));
                            addSome(line, options, random);
                            boolean fails = random.nextInt(10) == 0 && !refusesAValue(line);
                            line.add(fails ? "@nodir/new" : "@new");
                            if (fails) {
                                line.add("1M");
                            } else if (random.nextInt(4) > 0) {
                                line.addAll(List.of(pick(sizes, random).split(" ", -1)));
                            }
                            return line;
                        })
                .limit(2L * CASES);
    }

    /// Whether a value is wrong that the reference program looks at when the file is made already;
    /// we look at all of them first.
    private static boolean refusesAValue(List<String> line) {
        return Stream.of("=foo", "=3k", "=v4", "_bits=3").anyMatch(line.toString()::contains);
    }

    @ParameterizedTest
    @MethodSource("createLines")
    void createsAsTheReferenceProgramDoes(List<String> line) throws IOException {
        peer.remove("new");

        Peer.Outcome outcome = peer.ours(line);

        assertThat(outcome).as(String.join(" ", line)).isEqualTo(peer.theirs(line));
        if (outcome.status() == 0) {
            assertSameImage("new", line);
        }
    }

    static Stream<List<String>> fixedLines() {
        return """
        create -f qcow2 -o help
        create -f qcow2 -o help @new
        create -f raw -o help
        create -f raw -o ? @new
        create -f foo -o help
        create -f raw -o help null-co://
        create
        create @new
        info
        info a b
        check
        check --quiet @q.qcow2
        info @loop.qcow2
        info --backing-chain @loop.qcow2
        measure --output=foo --object foo
        measure --object foo --output=foo
        map
        map a b
        measure
        measure a b
        measure --size=1M @r.raw
        measure --size=1M -f raw
        measure --size=1M --image-opts
        resize
        resize a
        resize a b c
        resize a 3 --shrink
        info --output
        info --image-opts driver=qcow2,file.filename=@q.qcow2
        info --image-opts driver=qcow2,file.filename=@q.qcow2,foo=bar
        info --image-opts file.filename=@q.qcow2,read-only
        info --image-opts -U force-share=off,file.filename=@q.qcow2
        info --image-opts -f qcow2 file.filename=@q.qcow2
        info --image-opts driver=qcow2
        info --image-opts x
        map --output=json --image-opts driver=qcow2,file.filename=@q.qcow2,backing.file.filename=@r.raw
        bogus
        --bogus
        -T foo info @r.raw
        -T foo=3 info @r.raw
        -T
        """
                .lines()
                .map(line -> List.of(line.strip().split(" ", -1)));
    }

    @ParameterizedTest
    @MethodSource("fixedLines")
    void answersAsTheReferenceProgramDoes(List<String> line) throws IOException {
        peer.remove("new");

        assertThat(peer.ours(line)).as(String.join(" ", line)).isEqualTo(peer.theirs(line));
    }

    private static void assertSameImage(String name, List<String> line) {
        List<Peer.Outcome> infos = peer.infoOf(name);
        assertThat(infos.get(1)).as(String.join(" ", line)).isEqualTo(infos.get(0));
    }

    private static Stream<List<String>> generate(
            String command, List<String> common, List<String> own) {
        List<String> options = new ArrayList<>(own);
        options.addAll(own);
        options.addAll(common);
        Random random = new Random(SEED);
        return Stream.generate(
                        () -> {
                            List<String> line = new ArrayList<>(List.of(command));
                            addSome(line, options, random);
                            line.add(pick(IMAGES, random));
                            if (random.nextInt(30) == 0) {
                                line.add("more");
                            }
                            return line;
                        })
                .limit(CASES);
    }

    private static void addSome(List<String> line, List<String> options, Random random) {
        for (int left = random.nextInt(4); left > 0; left--) {
            line.addAll(List.of(pick(options, random).split(" ", -1)));
        }
    }

    private static String pick(List<String> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
