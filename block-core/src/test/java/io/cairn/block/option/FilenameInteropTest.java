package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.InvalidOptionException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The full name of a backing file as `qemu-img info` gives it.
@Tag("qemu-img")
class FilenameInteropTest {
    private static final List<String> BACKING =
            List.of(
                    "b",
                    "./b",
                    "../b",
                    "b/c",
                    "/abs/b",
                    "nbd:b",
                    "nbd://h/b",
                    "x/a:b",
                    "./a:b",
                    ":b");

    @TempDir Path directory;

    @BeforeAll
    static void findPeer() {
        PeerTool.assumeInstalled("qemu-img");
    }

    @Test
    void fullBackingNameIsThePeers() throws IOException, InvalidOptionException {
        Files.createDirectories(directory.resolve("d/e"));
        for (String overlay : List.of("o.qcow2", "d/e/o.qcow2", "d/../o.qcow2", "d/x:y.qcow2")) {
            String name = directory + "/" + overlay;
            for (String backing : BACKING) {
                PeerTool.run(
                        "qemu-img",
                        "create",
                        "-u",
                        "-f",
                        "qcow2",
                        "-F",
                        "raw",
                        "-b",
                        backing,
                        name,
                        "1M");
                String info = PeerTool.run("qemu-img", "info", "--output=json", name).out();

                assertThat(Json.parseObject(info).get("full-backing-filename"))
                        .as("%s beside %s", backing, name)
                        .isEqualTo(JsonValue.of(FilenameSyntax.resolveBacking(name, backing)));
            }
        }
    }
}
