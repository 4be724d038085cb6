package io.cairn.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.Workers;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.testimages.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The tool that stands for a system emulator. The texts are those of QEMU 7.2's.
class SystemToolTest {
    @TempDir Path directory;

    /// What a run says on standard error.
    static String run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        int status =
                new SystemTool()
                        .run(
                                new Invocation(
                                        "qemu-system-x86_64",
                                        true,
                                        List.of(arguments),
                                        new Stdout(out, false),
                                        errors));
        return status + "\n" + err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void refusesSerialPortsOnDevicesThatThereAreNot() {
        String last = "could not connect serial device to character backend";
        String program = "qemu-system-x86_64: -serial ";
        assertThat(run("-serial", "foo"))
                .isEqualTo(
                        "1\n"
                                + program
                                + "foo: 'foo' is not a valid char driver\n"
                                + program
                                + "foo: "
                                + last
                                + " 'foo'\n");
        assertThat(run("-serial", "chardev:zz"))
                .isEqualTo("1\n" + program + "chardev:zz: " + last + " 'chardev:zz'\n");
        assertThat(run("-serial", "file:/nonexistent/x"))
                .startsWith(
                        "1\n"
                                + program
                                + "file:/nonexistent/x: Could not open '/nonexistent/x':"
                                + " No such file or directory\n")
                .endsWith(last + " 'file:/nonexistent/x'\n");
        assertThat(run("-qmp", "foo"))
                .isEqualTo(
                        "1\nqemu-system-x86_64: -qmp foo: 'foo' is not a valid char driver\n"
                                + "qemu-system-x86_64: -qmp foo: parse error: foo\n");
    }

    @Test
    void keepsTheTerminalForOneDeviceAndForNoneApart() {
        assertThat(run("-chardev", "stdio,id=a", "-chardev", "stdio,id=b"))
                .isEqualTo(
                        "1\nqemu-system-x86_64: -chardev stdio,id=b: cannot use stdio by multiple"
                                + " character devices\n");
        assertThat(run("-daemonize", "-chardev", "stdio,id=a"))
                .isEqualTo(
                        "1\nqemu-system-x86_64: -chardev stdio,id=a: cannot use stdio with"
                                + " -daemonize\n");
        assertThat(run("-daemonize", "-nographic"))
                .isEqualTo("1\nqemu-system-x86_64: -nographic cannot be used with -daemonize\n");
    }

    @Test
    void refusesWhatDevicesCannotBe() {
        assertThat(run("-fda", "", "-global", "floppy.drive=floppy0"))
                .isEqualTo(
                        "1\nqemu-system-x86_64: -global floppy.drive=... conflicts with"
                                + " drive=floppy0\n");
        assertThat(run("-device", "floppy,drive=floppy0"))
                .isEqualTo(
                        "1\nqemu-system-x86_64: -device floppy,drive=floppy0: Property"
                                + " 'floppy.drive' can't find value 'floppy0'\n");
        assertThat(run("-pidfile", "/nonexistent/p"))
                .isEqualTo(
                        "1\nqemu-system-x86_64: cannot create PID file: Could not create"
                                + " '/nonexistent/p': No such file or directory\n");
    }

    @Test
    void listensOnASerialPortThatNobodyWritesTo() throws Exception {
        Path qmp = directory.resolve("qmp");
        Path serial = directory.resolve("serial");
        Path pid = directory.resolve("pid");
        CompletableFuture<String> ended = new CompletableFuture<>();
        Workers.startDaemon(
                "system",
                () ->
                        ended.complete(
                                run(
                                        "-nodefaults",
                                        "-pidfile",
                                        pid.toString(),
                                        "-serial",
                                        "unix:" + serial + ",server=on,wait=off",
                                        "-qmp",
                                        "unix:" + qmp + ",server=on,wait=off")));
        Eventually.await("the monitor listens", () -> Files.exists(qmp) && Files.exists(pid));
        try (SocketChannel line = SocketChannel.open(StandardProtocolFamily.UNIX);
                SocketChannel monitor = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            line.connect(UnixDomainSocketAddress.of(serial));
            line.write(ByteBuffer.wrap("login\n".getBytes(StandardCharsets.US_ASCII)));
            monitor.connect(UnixDomainSocketAddress.of(qmp));
            String requests =
                    "{'execute':'qmp_capabilities'}{'execute':'query-chardev'}{'execute':'quit'}";
            monitor.write(ByteBuffer.wrap(requests.getBytes(StandardCharsets.US_ASCII)));

            ByteBuffer answers = ByteBuffer.allocate(1 << 16);
            while (monitor.read(answers) >= 0) {
                // All until the end.
            }

            assertThat(new String(answers.array(), 0, answers.position(), StandardCharsets.UTF_8))
                    .containsPattern("\"frontend-open\": true[^}]*\"label\": \"serial0\"");
        }
        assertThat(ended.get()).isEqualTo("0\n");
        assertThat(pid).doesNotExist();
    }
}
