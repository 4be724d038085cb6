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

    private void refuses(String line, String message) throws Exception {
        int end = line.indexOf(' ', line.startsWith("info ") ? "info ".length() : 0);
        String command = end < 0 ? line : line.substring(0, end);
        assertThat(run(line))
                .isEqualTo(message + "\r\nTry \"help " + command + "\" for more information\r\n");
    }

    @Test
    void saysWhatItExpectsInALine() throws Exception {
        refuses("commit", "commit: block device name expected");
        refuses("commit a b", "commit: extraneous characters at the end of line");
        refuses("commit \"a", "commit: block device name expected");
        refuses("change a", "change: filename expected");
        refuses("drive_add 0", "drive_add: string expected");
        refuses("eject -x a", "eject: unsupported option -x");
        refuses("block_resize a", "invalid size");
        refuses("block_resize a 10x", "block_resize: extraneous characters at the end of line");
        refuses("block_set_io_throttle a 1", "unexpected end of expression");
        refuses("block_set_io_throttle a x", "invalid char 'x' in expression");
        refuses("quit x", "quit|q: extraneous characters at the end of line");
        refuses("info block -x ", "block: unsupported option -x");
        assertThat(service.drives().find("a")).isPresent();
    }

    @Test
    void helpsWithEveryCommand() throws Exception {
        assertThat(run("help cont")).isEqualTo("cont|c  -- resume emulation\r\n");
        assertThat(run("? commit all"))
                .isEqualTo(
                        "commit device|all -- commit changes to the disk images (if -snapshot is"
                                + " used) or backing files\r\n");
        assertThat(run("help info status"))
                .isEqualTo("info status  -- show the current VM status (running|paused)\r\n");
        assertThat(run("help info nope")).isEqualTo("unknown command: 'info nope'\r\n");
        assertThat(run("help")).startsWith("help|? [cmd] -- show the help\r\n");
        assertThat(run("info").lines().toList()).isSorted().hasSizeGreaterThan(10);
    }

    @Test
    void exportsDisksOverNbd() throws Exception {
        assertThat(run("nbd_server_start x")).isEqualTo("Error: error parsing address 'x'\r\n");
        assertThat(run("nbd_server_start -w 127.0.0.1:0"))
                .isEqualTo("Error: -w only valid together with -a\r\n");
        assertThat(run("nbd_server_add a")).isEqualTo("Error: NBD server not running\r\n");
        assertThat(run("nbd_server_start -a -w 127.0.0.1:0")).isEmpty();
        assertThat(run("nbd_server_start 127.0.0.1:0"))
                .isEqualTo("Error: NBD server already running\r\n");
        assertThat(run("nbd_server_add a"))
                .isEqualTo("Error: Block export id 'a' is already in use\r\n");
        assertThat(run("nbd_server_add a other")).isEmpty();
        assertThat(run("nbd_server_remove zz")).isEqualTo("Error: Export 'zz' is not found\r\n");
        assertThat(run("nbd_server_remove -f other")).isEmpty();
        assertThat(run("nbd_server_stop")).isEmpty();
        assertThat(run("nbd_server_stop")).isEqualTo("Error: NBD server not running\r\n");
    }

    @Test
    void makesObjectsAndCharacterDevices() throws Exception {
        assertThat(run("object_add throttle-group,id=tg,x-bps-total=5")).isEmpty();
        assertThat(run("object_add iothread")).isEqualTo("Error: Parameter 'id' is missing\r\n");
        assertThat(run("qom-get /objects/tg type")).isEqualTo("\"throttle-group\"\r\n");
        assertThat(run("qom-get /objects/tg x-bps-total")).isEqualTo("5\r\n");
        assertThat(run("qom-set -j /objects/tg limits {\"iops-total\":7}")).isEmpty();
        assertThat(run("qom-get tg x-iops-total")).isEqualTo("7\r\n");
        assertThat(run("qom-list /objects"))
                .isEqualTo("type (string)\r\ntg (child<throttle-group>)\r\n");
        assertThat(run("object_del tg")).isEmpty();
        assertThat(run("object_del tg")).isEqualTo("Error: object 'tg' not found\r\n");

        assertThat(run("chardev-add ringbuf,id=r,size=1024")).isEmpty();
        assertThat(run("ringbuf_write r hello")).isEmpty();
        assertThat(run("ringbuf_read r 10")).isEqualTo("hello\r\n");
        assertThat(run("chardev-change r null")).isEmpty();
        assertThat(run("info chardev")).contains("r: filename=null\r\n");
        assertThat(run("chardev-remove r")).isEmpty();
        assertThat(run("chardev-remove r")).isEqualTo("Error: Chardev 'r' not found\r\n");
    }

    @Test
    void refusesToSaveTheMachine() throws Exception {
        String refusal = "Error: Device 'a' is writable but does not support snapshots\r\n";
        assertThat(run("savevm")).isEqualTo(refusal);
        assertThat(run("loadvm x")).isEqualTo(refusal);
        assertThat(run("delvm x")).isEqualTo(refusal);
        run("drive_del a");
        assertThat(run("savevm x"))
                .isEqualTo("Error: no block device can store vmstate for snapshot\r\n");
        assertThat(run("info snapshots"))
                .isEqualTo("no block device can store vmstate for snapshot\r\n");
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
