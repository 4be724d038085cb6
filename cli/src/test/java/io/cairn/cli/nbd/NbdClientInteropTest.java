package io.cairn.cli.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.io.IoTool;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Our client with servers that others wrote. Each test is skipped where its peer is not installed.
class NbdClientInteropTest extends NbdInterop {

    private List<String> throughServer(Path socket, String... command)
            throws IOException, InterruptedException {
        List<String> seen = new ArrayList<>();
        String there = "nbd+unix:///?socket=" + socket;
        withServer(
                socket,
                () -> {
                    img("convert", "-n", "-f", "raw", "-O", "raw", content.toString(), there);
                    seen.add(img("compare", "-f", "raw", "-F", "raw", content.toString(), there));
                    seen.add(img("map", "-f", "raw", "--output", "json", there));
                },
                command);
        return seen;
    }

    @Test
    void usesQemuNbd() throws Exception {
        Path socket = folder.resolve("q");

        List<String> seen =
                throughServer(
                        socket,
                        "qemu-nbd",
                        "-t",
                        "-e",
                        "4",
                        "-f",
                        "raw",
                        "-k",
                        socket.toString(),
                        image.toString());

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
        assertThat(seen.get(1)).contains("\"start\": 1048576, \"length\": 1048576");
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "metadata, Cannot grow NBD nodes",
        "full, Failed to resize underlying file: Cannot grow NBD nodes",
    })
    void tellsThatAServersDiskDoesNotGrow(String preallocation, String text) throws Exception {
        Path socket = folder.resolve("q");
        String there = "nbd+unix:///?socket=" + socket;
        List<String> create = List.of("create", "-q", "-f", "qcow2", "-o");
        List<String> told = new ArrayList<>();

        withServer(
                socket,
                () -> {
                    List<String> line = new ArrayList<>(create);
                    line.addAll(List.of("preallocation=" + preallocation, there, "64M"));
                    told.add(failingImg(line.toArray(String[]::new)));
                },
                "qemu-nbd",
                "-t",
                "-f",
                "raw",
                "-k",
                socket.toString(),
                image.toString());

        assertThat(told)
                .containsExactly("qemu-img: " + there + ": Could not resize image: " + text + "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--no-sr",
                "--mask-handshake=0",
                "--filter=noextents",
                "--filter=delay rdelay=1ms wdelay=1ms",
                "--filter=blocksize-policy blocksize-minimum=4k blocksize-error-policy=error",
                "--filter=blocksize-policy blocksize-maximum=64k blocksize-error-policy=error",
                "--filter=nozero --filter=fua",
                "--filter=multi-conn multi-conn-mode=disable",
            })
    void usesNbdkit(String options) throws Exception {
        Path socket = folder.resolve("k");
        List<String> command = new ArrayList<>(List.of("nbdkit", "-f", "-U", socket.toString()));
        List<String> given = options.isEmpty() ? List.of() : List.of(options.split(" ", -1));
        given.stream().filter(option -> option.startsWith("-")).forEach(command::add);
        command.addAll(List.of("file", image.toString()));
        given.stream().filter(option -> !option.startsWith("-")).forEach(command::add);

        List<String> seen = throughServer(socket, command.toArray(new String[0]));

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    /// What a server can do follows from what its script defines; the least is to read and to
    /// write.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "flush=exit 0",
                "can_fua=echo emulate;flush=exit 0;can_multi_conn=exit 0",
                "trim=exit 0;is_rotational=exit 0",
                "can_zero=exit 3;can_cache=echo native;cache=exit 0",
            })
    void heedsWhatAServerCanDo(String abilities) throws Exception {
        Path socket = folder.resolve("f");
        List<String> command =
                new ArrayList<>(List.of("nbdkit", "-f", "-U", socket.toString(), "eval"));
        command.add("get_size=echo " + LENGTH);
        command.add("pread=dd skip=$4 count=$3 iflag=skip_bytes,count_bytes if=" + image);
        command.add("pwrite=dd seek=$4 conv=notrunc oflag=seek_bytes of=" + image);
        if (!abilities.isEmpty()) {
            command.addAll(List.of(abilities.split(";", -1)));
        }

        List<String> seen = throughServer(socket, command.toArray(new String[0]));

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    /// Zeroes that are no hole occupy space; what is a hole and not zero is not there.
    @Test
    void mapsWhatAServerTellsAsThePeerDoes() throws Exception {
        PeerPrograms.require("qemu-img");
        Path socket = folder.resolve("e");
        String there = "nbd+unix:///?socket=" + socket;
        List<String> seen = new ArrayList<>();
        withServer(
                socket,
                () -> {
                    seen.add(run("qemu-img", "map", "--output=json", there));
                    seen.add(img("map", "--output=json", there));
                },
                "nbdkit",
                "-f",
                "-U",
                socket.toString(),
                "eval",
                "get_size=echo 4M",
                "pread=head -c $3 /dev/zero",
                "can_extents=exit 0",
                "extents=echo 0 1M zero; echo 1M 1M hole; echo 2M 1M hole,zero; echo 3M 1M");

        assertThat(seen.get(1)).contains("\"zero\": true, \"data\": true").isEqualTo(seen.get(0));
    }

    @Test
    void usesAServerInMemory() throws Exception {
        Path socket = folder.resolve("m");

        List<String> seen =
                throughServer(socket, "nbdkit", "-f", "-U", socket.toString(), "memory", "3M");

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
    }

    @Test
    void readsWhatAServerMakesUp() throws Exception {
        Path socket = folder.resolve("d");
        String there = "nbd+unix:///?socket=" + socket;

        withServer(
                socket,
                () -> {
                    assertThat(io(0, "-r", "read -P 1 0 512", there))
                            .contains("read 512/512 bytes");
                    assertThat(io(0, "-r", "read -P 0 64k 64k", there))
                            .contains("read 65536/65536");
                    assertThat(io(1, "write 0 512", there))
                            .contains(there + ": Could not open image: Permission denied\n");
                },
                "nbdkit",
                "-f",
                "-r",
                "-U",
                socket.toString(),
                "data",
                "1*512",
                "size=1M");
    }

    /// Pieces that suit a server need not be whole clusters of what they are packed into.
    @ParameterizedTest
    @CsvSource({"786432, 524288", "786432, 2097152", "327680, 65536", "65536, 65536"})
    void packsWhatComesInPiecesOfAnyLength(int longest, int cluster) throws Exception {
        Path socket = folder.resolve("pieces");
        String there = "nbd+unix:///?socket=" + socket;
        Path packed = folder.resolve("packed.qcow2");

        withServer(
                socket,
                () -> {
                    img(
                            "convert",
                            "-c",
                            "-O",
                            "qcow2",
                            "-o",
                            "cluster_size=" + cluster,
                            there,
                            packed.toString());
                    assertThat(img("compare", content.toString(), packed.toString()))
                            .isEqualTo("Images are identical.\n");
                },
                "nbdkit",
                "-f",
                "-U",
                socket.toString(),
                "--filter=blocksize-policy",
                "file",
                content.toString(),
                "blocksize-minimum=4096",
                "blocksize-preferred=65536",
                "blocksize-maximum=" + longest);
        assertThat(run("qemu-img", "compare", content.toString(), packed.toString()))
                .isEqualTo("Images are identical.\n");
    }

    @ParameterizedTest
    @CsvSource({
        "ENOSPC, No space left on device",
        "EIO, Input/output error",
        "ESHUTDOWN, Cannot send after transport endpoint shutdown",
        "ENOMEM, Cannot allocate memory",
    })
    void tellsWhatAServerRefused(String error, String text) throws Exception {
        Path socket = folder.resolve("e");
        String there = "nbd+unix:///?socket=" + socket;

        withServer(
                socket,
                () -> {
                    assertThat(io(1, "read 0 512", there)).isEqualTo("read failed: " + text + "\n");
                    assertThat(io(0, "write 0 512", there)).contains("wrote 512/512 bytes");
                },
                "nbdkit",
                "-f",
                "-U",
                socket.toString(),
                "--filter=error",
                "memory",
                "1M",
                "error-pread=" + error,
                "error-pread-rate=100%");
    }

    @Test
    void usesTheStorageDaemon() throws Exception {
        Path socket = folder.resolve("qsd");

        List<String> seen =
                throughServer(
                        socket,
                        "qemu-storage-daemon",
                        "--blockdev",
                        "file,node-name=d,filename=" + image,
                        "--nbd-server",
                        "addr.type=unix,addr.path=" + socket,
                        "--export",
                        "nbd,id=e,node-name=d,name=,writable=on");

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    /// That server, kept in one process, ends with its first client.
    @Test
    void usesTheProjectsOwnServer() throws Exception {
        int port;
        try (ServerSocket any = new ServerSocket(0)) {
            port = any.getLocalPort();
        }
        Path configuration = folder.resolve("configuration");
        Path pid = folder.resolve("pid");
        Files.writeString(
                configuration,
                "[generic]\nallowlist = true\nlistenaddr = 127.0.0.1\nport = "
                        + port
                        + "\n[disk]\nexportname = "
                        + image
                        + "\n");
        String options =
                "driver=raw,file.driver=nbd,file.host=127.0.0.1,file.open-timeout=30"
                        + ",file.export=disk,file.port="
                        + port;
        String here = "driver=raw,file.driver=file,file.filename=" + content;

        withServer(
                () -> true,
                () -> img("convert", "-n", "--target-image-opts", "--image-opts", here, options),
                "nbd-server",
                "-d",
                "-C",
                configuration.toString(),
                "-p",
                pid.toString());

        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    @Test
    void showsADirtyBitmapOfQemuNbdInPlaceOfStatus() throws Exception {
        Path socket = folder.resolve("q");
        Path qcow2 = folder.resolve("b.qcow2");
        run("qemu-img", "create", "-q", "-f", "qcow2", qcow2.toString(), "1M");
        run("qemu-img", "bitmap", "--add", "-g", "65536", qcow2.toString(), "b");
        run("qemu-io", "-f", "qcow2", "-c", "write 128k 64k", qcow2.toString());
        String options = "driver=nbd,path=" + socket + ",x-dirty-bitmap=qemu:dirty-bitmap:b";

        withServer(
                socket,
                () ->
                        assertThat(img("map", "--output=json", "--image-opts", options))
                                .contains("\"start\": 131072, \"length\": 65536")
                                .containsPattern("131072, \"length\": 65536[^}]*\"data\": false"),
                "qemu-nbd",
                "-t",
                "-r",
                "-f",
                "qcow2",
                "-B",
                "b",
                "-k",
                socket.toString(),
                qcow2.toString());
    }

    private String io(int status, String line, String uri) {
        return io(status, "--cache=writeback", line, uri);
    }

    private String io(int status, String option, String line, String uri) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream errors = new PrintStream(out, true, StandardCharsets.UTF_8);
        List<String> arguments = List.of("-f", "raw", option, "-c", line, uri);
        int seen = new IoTool().run(new Invocation("qemu-io", true, arguments, stdout, errors));
        stdout.flush();
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(seen).as(text).isEqualTo(status);
        return text;
    }

    @Test
    void readsFromAnOldstyleServer() throws Exception {
        Path socket = folder.resolve("o");
        String there = "nbd+unix:///?socket=" + socket;

        withServer(
                socket,
                () ->
                        assertThat(
                                        img(
                                                "compare",
                                                "-f",
                                                "raw",
                                                "-F",
                                                "raw",
                                                content.toString(),
                                                there))
                                .isEqualTo("Images are identical.\n"),
                "nbdkit",
                "-f",
                "-o",
                "-U",
                socket.toString(),
                "file",
                content.toString());
    }
}
