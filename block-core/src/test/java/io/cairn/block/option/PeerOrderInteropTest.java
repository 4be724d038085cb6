package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.InvalidOptionException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Texts of qemu-img, taken apart and printed again, are the same bytes.
@Tag("qemu-img")
class PeerOrderInteropTest {
    @TempDir static Path directory;
    private static String image = "";

    @BeforeAll
    static void createImages() {
        PeerTool.assumeInstalled("qemu-img");
        String base = directory.resolve("base.raw").toString();
        image = directory.resolve("a.qcow2").toString();
        PeerTool.run("qemu-img", "create", "-f", "raw", base, "1M");
        PeerTool.run("qemu-img", "create", "-f", "qcow2", "-b", base, "-F", "raw", image);
        PeerTool.run("qemu-img", "snapshot", "-c", "one", image);
    }

    @Test
    void infoCheckAndMeasurePrintAsTheirsDo() throws InvalidOptionException {
        for (List<String> command :
                List.of(
                        List.of("info"),
                        List.of("info", "--backing-chain"),
                        List.of("check"),
                        List.of("measure", "-O", "qcow2"))) {
            String[] line =
                    Stream.of(List.of("qemu-img"), command, List.of("--output=json", image))
                            .flatMap(List::stream)
                            .toArray(String[]::new);
            String theirs = PeerTool.run(line).out();

            assertThat(Json.printPretty(Json.parse(theirs)) + "\n")
                    .as(Arrays.toString(line))
                    .isEqualTo(theirs);
        }
    }

    @Test
    void jsonFilenamePrintsAsTheirsDoes() throws InvalidOptionException {
        String given =
                "{'driver': 'raw', 'size': 4096, 'offset': 512, 'file': {'driver': 'blkdebug',"
                        + " 'align': 4096, 'max-transfer': 8192, 'opt-discard': 4096, 'image':"
                        + " {'filename': '"
                        + image
                        + "', 'driver': 'file'}}}";

        String info = PeerTool.run("qemu-img", "info", "json:" + given).out();

        assertThat(info.lines().findFirst())
                .hasValue("image: json:" + Json.print(Json.parse(given)));
    }
}
