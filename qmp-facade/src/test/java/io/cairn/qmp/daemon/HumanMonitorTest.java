package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.Workers;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonString;
import io.cairn.qmp.device.DriveInterface;
import io.cairn.qmp.device.DriveMaker;
import io.cairn.qmp.device.DriveOptions;
import io.cairn.qmp.device.MachineType;
import io.cairn.qmp.hmp.Readline;
import io.cairn.qmp.service.StorageService;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The monitor for people. The texts are those of QEMU 7.2's system emulators.
class HumanMonitorTest {
    private TestDaemon daemon;
    private StorageService service;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
        service = daemon.daemon.service();
        service.machine().setType(MachineType.PC);
        DriveMaker maker = new DriveMaker(service.graph(), service.drives());
        maker.make(
                DriveOptions.parse(
                        "if=none,id=a,driver=null-co,read-zeroes=on,node-name=n",
                        DriveInterface.IDE,
                        false));
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private String run(String line) throws Exception {
        String json = Json.print(new JsonString(line));
        return ((JsonString) daemon.execute("human-monitor-command", "'command-line':" + json))
                .value();
    }

    @Test
    void showsDrivesAndNodes() throws Exception {
        service.devices().add(Map.of("driver", "virtio-scsi-pci"));
        service.devices().add(Map.of("driver", "scsi-cd", "id", "cd0"));

        assertThat(run("info block"))
                .isEqualTo(
                        "a (n): json:{\"read-zeroes\": \"on\", \"driver\": \"null-co\"}"
                                + " (null-co)\r\n"
                                + "    Removable device: not locked, tray closed\r\n"
                                + "    Cache mode:       writeback\r\n"
                                + "\r\n"
                                + "cd0: [not inserted]\r\n"
                                + "    Attached to:      cd0\r\n"
                                + "    Removable device: not locked, tray closed\r\n");
        assertThat(run("info block n")).startsWith("n: json:").contains("writeback");
        assertThat(run("info block-jobs")).isEqualTo("No active jobs\r\n");
        assertThat(run("info blockstats")).startsWith("a: rd_bytes=0 wr_bytes=0 rd_operations=0");
    }

    @Test
    void tellsWhatIsWrong() throws Exception {
        assertThat(run("nope")).isEqualTo("unknown command: 'nope'\r\n");
        assertThat(run("info nope")).isEqualTo("unknown command: 'info nope'\r\n");
        assertThat(run("commit zz")).isEqualTo("Device 'zz' not found\r\n");
        assertThat(run("device_add foo"))
                .isEqualTo("Error: 'foo' is not a valid device model name\r\n");
        assertThat(run("drive_del zz")).isEqualTo("Device 'zz' not found\r\n");
        assertThat(run("drive_add 0 if=none,file=/nonexistent/x,format=raw"))
                .isEqualTo("Could not open '/nonexistent/x': No such file or directory\r\n");
    }

    @Test
    void addsAndRemovesDrivesAndDevices() throws Exception {
        assertThat(run("drive_add 0 if=none,id=b,driver=null-co")).isEqualTo("OK\r\n");
        assertThat(run("device_add virtio-scsi-pci,id=s")).isEmpty();
        assertThat(run("device_add scsi-hd,drive=b,id=h")).isEmpty();
        assertThat(service.devices().find("h")).isPresent();
        assertThat(run("device_del h")).isEmpty();
        assertThat(service.drives().find("b")).isEmpty();
        assertThat(run("drive_del a")).isEmpty();
        assertThat(service.drives().all()).isEmpty();
    }

    @Test
    void handsCommandsForImagesOn() throws Exception {
        List<String> handed = new ArrayList<>();
        daemon.daemon.setConsole((backend, command) -> {
            handed.add(backend.name() + ": " + command);
            return command.equals("bad") ? "wrong\n" : "";
        });

        assertThat(run("qemu-io a \"read 0 64k\"")).isEmpty();
        assertThat(run("qemu-io n bad")).isEqualTo("wrong\r\n");
        assertThat(handed).containsExactly("a: read 0 64k", ": bad");
        assertThat(run("qemu-io zz read"))
                .isEqualTo("Error: Cannot find device='' nor node-name='zz'\r\n");
    }

    @Test
    void echoesLinesAsTheyAreTyped() throws Exception {
        LocalStream stream = new LocalStream();
        Readline session =
                new Readline(stream, line -> line.equals("quit") ? null : "<" + line + ">\n");
        session.greet("hello");
        Workers.startDaemon("person", session::run);

        assertThat(stream.line()).isEqualTo("hello");
        stream.send("ab\n");
        assertThat(stream.line()).isEqualTo("(qemu) a\033[K\033[Dab\033[K");
        assertThat(stream.line()).isEqualTo("<ab>");
        stream.send("x\177ok\n");
        assertThat(stream.line()).endsWith("ok\033[K");
        assertThat(stream.line()).isEqualTo("<ok>");
    }
}
