package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.statistics.OperationKind;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.device.DriveInterface;
import io.cairn.qmp.device.DriveMaker;
import io.cairn.qmp.device.DriveOptions;
import io.cairn.qmp.device.MachineType;
import io.cairn.qmp.service.StorageService;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Drives, devices and media. The texts are those of QEMU 7.2's system emulators.
class DriveTest {
    @TempDir Path folder;
    private TestDaemon daemon;
    private StorageService service;
    private DriveMaker maker;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
        service = daemon.daemon.service();
        service.machine().setType(MachineType.PC);
        maker = new DriveMaker(service.graph(), service.drives());
        service.devices().add(Map.of("driver", "virtio-scsi-pci", "id", "s0"));
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private Drive drive(String options) throws Exception {
        return maker.make(DriveOptions.parse(options, DriveInterface.IDE, false)).drive();
    }

    private JsonObject block(int index) throws Exception {
        JsonArray drives = (JsonArray) daemon.execute("query-block");
        return (JsonObject) drives.elements().get(index);
    }

    @Test
    void tellsWhichDriveHasADamagedImage() throws Exception {
        Path file = folder.resolve("damaged.qcow2");
        create("'driver':'file','filename':'" + file + "','size':0");
        create(
                "'driver':'qcow2','file':{'driver':'file','filename':'%s'},'size':65536"
                        .replace("%s", file.toString()));
        try (FileChannel image = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int refcountTable = 64 << 10;
            assertThat(image.write(ByteBuffer.allocate(Long.BYTES), refcountTable)).isEqualTo(8);
        }
        Drive drive = drive("if=none,node-name=top,driver=qcow2,file=" + file);
        drive.backend().setPermissions(Permissions.of(Permission.WRITE), Permissions.ALL);

        assertThatThrownBy(() ->
                        drive.backend().write(0, ByteBuffer.allocateDirect(512), WriteFlags.NONE))
                .hasMessage("Input/output error");

        JsonObject event = daemon.awaitEvent("BLOCK_IMAGE_CORRUPTED", "node-name", "top");
        assertThat(TestDaemon.text(event, "device")).isEqualTo("none0");
    }

    private void create(String options) throws Exception {
        daemon.execute("blockdev-create", "'job-id':'create','options':{" + options + "}");
        JsonObject _ = daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");
        daemon.execute("job-dismiss", "'id':'create'");
    }

    @Test
    void numbersDrivesByWhatTheyAreConnectedBy() throws Exception {
        assertThat(drive("if=none").name()).isEqualTo("none0");
        assertThat(drive("driver=null-co").name()).isEqualTo("ide0-hd0");
        assertThat(drive("index=3,media=cdrom").name()).isEqualTo("ide1-cd1");
        assertThat(drive("if=virtio").name()).isEqualTo("virtio0");
        assertThat(drive("if=none,id=a").name()).isEqualTo("a");
        assertThat(drive("if=none").name()).isEqualTo("none2");
        assertThatThrownBy(() -> drive("index=3"))
                .hasMessage("drive with bus=1, unit=1 (index=3) exists");
    }

    @Test
    void optionsReferToADriveByItsName() throws Exception {
        drive("if=none,id=below,driver=null-co,node-name=n");
        drive("if=none,id=empty");

        drive("if=none,id=over,driver=quorum,vote-threshold=1,children.0=below,node-name=q");
        daemon.execute("blockdev-add", "'driver':'raw','node-name':'r','file':'over'");

        BlockGraph graph = service.graph();
        BlockNode quorum = graph.find("q").orElseThrow();
        assertThat(quorum.child("children.0").orElseThrow().node())
                .isSameAs(graph.find("n").orElseThrow());
        assertThat(graph.find("r").orElseThrow().primary()).isSameAs(quorum);
        assertThat(daemon.fail("blockdev-add", "'driver':'raw','node-name':'e','file':'empty'"))
                .isEqualTo("GenericError: Device 'empty' has no medium");
    }

    @Test
    void exportsADriveByItsName() throws Exception {
        drive("if=none,id=d,driver=null-co");
        daemon.execute(
                "nbd-server-start",
                "'addr': {'type': 'unix', 'data': {'path': '" + folder.resolve("s") + "'}}");

        daemon.execute("nbd-server-add", "'device': 'd'");

        JsonArray exports = (JsonArray) daemon.execute("query-block-exports");
        assertThat(exports.elements()).hasSize(1);
        assertThat(Json.print(exports)).contains("\"id\": \"d\"");
    }

    @Test
    void anExportGoesWithTheMediumOfItsDrive() throws Exception {
        Drive drive = drive("if=none,id=d,driver=null-co");
        daemon.execute(
                "nbd-server-start",
                "'addr': {'type': 'unix', 'data': {'path': '" + folder.resolve("s") + "'}}");
        daemon.execute("nbd-server-add", "'device': 'd'");

        daemon.execute("eject", "'device': 'd'");

        daemon.awaitEvent("BLOCK_EXPORT_DELETED", "id", "d");
        assertThat(Json.print(daemon.execute("query-block-exports"))).isEqualTo("[]");
        assertThat(drive.medium()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "foo=bar|Must specify either driver or file",
                "driver=null-co,format=raw|Cannot specify both 'driver' and 'format'",
                "driver=null-co,cache=x|invalid cache option",
                "driver=null-co,iops=1,throttling.iops-total=2"
                        + "|'throttling.iops-total' and its alias 'iops' can't be used at the same"
                        + " time",
                "driver=null-co,readonly=on,read-only=off"
                        + "|'read-only' and its alias 'readonly' can't be used at the same time",
                "driver=null-co,bps=-2|bps/iops/max values must be within [0, 1000000000000000]",
                "if=foo|unsupported bus type 'foo'",
                "media=foo|'foo' invalid media",
                "werror=foo|'foo' invalid write error action",
            })
    void refusesWrongDrives(String options, String problem) {
        assertThatThrownBy(() -> drive(options)).hasMessage(problem);
        assertThat(service.drives().all()).isEmpty();
    }

    @Test
    void tellsOfDrivesWithAndWithoutMediumAndDevice() throws Exception {
        drive("if=none,id=a,driver=null-co,node-name=n");
        drive("if=none,id=b");
        daemon.execute("device_add", "'driver':'scsi-hd','id':'h','drive':'a'");

        JsonObject a = block(0);
        assertThat(Json.print(a))
                .contains("\"device\": \"a\"", "\"removable\": false", "\"qdev\": \"h\"")
                .contains("\"io-status\": \"ok\"", "\"node-name\": \"n\"");
        assertThat(Json.print(block(1)))
                .isEqualTo(
                        "{\"device\": \"b\", \"locked\": false, \"removable\": true, \"type\":"
                                + " \"unknown\"}");
    }

    @Test
    void givesADeviceAnotherNode() throws Exception {
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'n0'");
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'n1'");
        daemon.execute("device_add", "'driver':'scsi-hd','id':'h','drive':'n0'");

        daemon.execute("qom-set", "'path':'h','property':'drive','value':'n1'");

        assertThat(Json.print(daemon.execute("qom-get", "'path':'h','property':'drive'")))
                .isEqualTo("\"n1\"");
        assertThat(Json.print(block(0))).contains("\"node-name\": \"n1\"");
        daemon.execute("blockdev-del", "'node-name':'n0'");
    }

    @Test
    void tellsPeopleOfTheImageThatASnapshotMakes(@TempDir Path directory) throws Exception {
        List<String> lines = new ArrayList<>();
        service.setAnnouncer(lines::add);
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'n0','size':65536");
        String file = directory.resolve("overlay").toString();

        daemon.execute(
                "blockdev-snapshot-sync",
                "'node-name':'n0','snapshot-node-name':'n1','snapshot-file':'" + file + "'");

        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst())
                .startsWith("Formatting '" + file + "', fmt=qcow2 ")
                .contains(" size=65536 ");
    }

    @Test
    void changesMediaBehindATray() throws Exception {
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'n0'");
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'n1'");
        daemon.execute("device_add", "'driver':'scsi-cd','id':'cd0'");

        assertThat(daemon.fail("blockdev-insert-medium", "'id':'cd0','node-name':'n0'"))
                .isEqualTo("GenericError: Tray of the device is not open");
        daemon.execute("blockdev-open-tray", "'id':'cd0'");
        daemon.execute("blockdev-open-tray", "'id':'cd0'");
        daemon.execute("blockdev-insert-medium", "'id':'cd0','node-name':'n0'");
        assertThat(daemon.fail("blockdev-insert-medium", "'id':'cd0','node-name':'n1'"))
                .isEqualTo("GenericError: There already is a medium in the device");
        daemon.execute("blockdev-close-tray", "'id':'cd0'");
        assertThat(daemon.fail("blockdev-remove-medium", "'id':'cd0'"))
                .isEqualTo("GenericError: Tray of device 'cd0' is not open");
        daemon.execute("eject", "'id':'cd0'");
        assertThat(block(0).get("inserted")).isNull();

        assertThat(Json.print(daemon.awaitEvent("DEVICE_TRAY_MOVED", "id", "cd0")))
                .contains("\"tray-open\": true");
        assertThat(Json.print(daemon.awaitEvent("DEVICE_TRAY_MOVED", "id", "cd0")))
                .contains("\"tray-open\": false");
        assertThat(Json.print(daemon.awaitEvent("DEVICE_TRAY_MOVED", "id", "cd0")))
                .contains("\"tray-open\": true");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "blockdev-open-tray||GenericError: Need exactly one of 'device' and 'id'",
                "blockdev-open-tray|'id':'x'|DeviceNotFound: Device 'x' not found",
                "blockdev-open-tray|'device':'a'|GenericError: Device 'a' is not removable",
                "eject|'device':'a'|GenericError: Device 'a' is not removable",
                "device_add|'driver':'foo'|GenericError: 'foo' is not a valid device model name",
                "device_add|'driver':'scsi-hd'|GenericError: drive property not set",
                "device_add|'driver':'scsi-hd','drive':'x'"
                        + "|GenericError: Property 'scsi-hd.drive' can't find value 'x'",
                "device_add|'driver':'scsi-hd','drive':'a'"
                        + "|GenericError: Drive 'a' is already in use by another device",
                "device_add|'driver':'scsi-hd','drive':'a','bus':'zz'"
                        + "|GenericError: Bus 'zz' not found",
                "device_add|'driver':'scsi-cd','foo':1"
                        + "|GenericError: Property 'scsi-cd.foo' not found",
                "device_add|'driver':'scsi-cd','id':'h'|GenericError: Duplicate device ID 'h'",
                "device_add|'id':'x'|GenericError: Parameter 'driver' is missing",
                "device_del|'id':'x'|DeviceNotFound: Device 'x' not found",
                "block_set_io_throttle|'id':'h','bps':1,'bps_rd':1,'bps_wr':0,'iops':0,'iops_rd':0,"
                        + "'iops_wr':0"
                        + "|GenericError: bps/iops/max total values and read/write values cannot"
                        + " be used at the same time",
                "block-set-write-threshold|'node-name':'x','write-threshold':1"
                        + "|GenericError: Device 'x' not found",
                "x-blockdev-change|'parent':'n','node':'n'"
                        + "|GenericError: The node n does not support adding a child",
                "x-blockdev-change|'parent':'zz','node':'n'"
                        + "|GenericError: Cannot find device='zz' nor node-name='zz'",
                "system_wakeup||GenericError: wake-up from suspend is not supported by this guest",
            })
    void tellsWhatIsWrong(String command, String arguments, String problem) throws Exception {
        drive("if=none,id=a,driver=null-co,node-name=n");
        daemon.execute("device_add", "'driver':'scsi-hd','id':'h','drive':'a'");

        assertThat(daemon.fail(command, arguments == null ? "" : arguments)).isEqualTo(problem);
    }

    @Test
    void flashBelongsToTheBoard() throws Exception {
        Drive flash = drive("if=pflash,driver=null-co,size=1M");
        Drive rom = drive("if=pflash,driver=null-co,size=1M,read-only=on");
        service.devices().addFlash(0, flash);
        service.devices().addFlash(1, rom);

        assertThat(Json.print(block(0)))
                .contains("\"qdev\": \"/machine/system.flash0\"", "\"removable\": false");
        assertThat(Json.print(block(1))).contains("\"qdev\": \"/machine/system.flash1\"");
        assertThat(daemon.fail("device_add", "'driver':'cfi.pflash01','drive':'pflash0'"))
                .contains("'cfi.pflash01' is not a valid device model name");
    }

    @Test
    void aDiskOfItsOwnThreadSharesNoMedium() throws Exception {
        daemon.execute("object-add", "'qom-type':'iothread','id':'t'");
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'n'");
        daemon.execute("device_add", "'driver':'virtio-scsi-pci','id':'s1','iothread':'t'");
        String shared = "'drive':'n','share-rw':true";
        daemon.execute("device_add", "'driver':'scsi-hd','bus':'s1.0'," + shared);

        assertThat(daemon.fail("device_add", "'driver':'virtio-blk-pci','iothread':'t'," + shared))
                .isEqualTo("GenericError: Cannot change iothread of active block backend");
        daemon.execute("device_add", "'driver':'virtio-scsi-pci','id':'s2','iothread':'t'");
        daemon.execute("device_add", "'driver':'scsi-hd','bus':'s2.0'," + shared);
    }

    @Test
    void takesADriveAwayWithItsDevice() throws Exception {
        drive("if=none,id=a,driver=null-co,node-name=n");
        daemon.execute("device_add", "'driver':'scsi-hd','id':'h','drive':'a'");
        daemon.execute("device_del", "'id':'h'");

        daemon.awaitEvent("DEVICE_DELETED", "device", "h");
        assertThat(Json.print(daemon.execute("query-block"))).isEqualTo("[]");
        assertThat(service.graph().find("n")).isEmpty();
    }

    @Test
    void waitsForAResetToTakeAwayWhatTheGuestWouldHaveToGiveUp() throws Exception {
        drive("if=none,id=a,driver=null-co");
        daemon.execute("device_add", "'driver':'virtio-blk-pci','id':'v','drive':'a'");
        daemon.execute("device_del", "'id':'v'");
        assertThat(service.devices().find("v")).isPresent();

        daemon.execute("system_reset");
        daemon.awaitEvent("DEVICE_DELETED", "path", "/machine/peripheral/v/virtio-backend");
        daemon.awaitEvent("DEVICE_DELETED", "device", "v");
        assertThat(service.devices().find("v")).isEmpty();
    }

    @Test
    void limitsADriveUntilItIsToldNotTo() throws Exception {
        Drive drive = drive("if=none,id=a,driver=null-co,node-name=n");
        String rest = ",'bps_rd':0,'bps_wr':0,'iops':0,'iops_rd':0,'iops_wr':0";

        daemon.execute("block_set_io_throttle", "'device':'a','bps':1000,'bps_max':2000" + rest);
        assertThat(Json.print(block(0)))
                .contains("\"bps\": 1000", "\"bps_max\": 2000", "\"group\": \"a\"");
        assertThat(service.graph().objects().throttleGroups().find("a")).isPresent();
        daemon.execute("block_set_io_throttle", "'device':'a','bps':0" + rest);

        assertThat(Json.print(block(0))).contains("\"bps\": 0").doesNotContain("group");
        assertThat(service.graph().objects().throttleGroups().find("a")).isEmpty();
        assertThat(drive.backend().throttle()).isEmpty();
    }

    @Test
    void keepsFiguresOfADrive() throws Exception {
        Drive drive = drive("if=none,id=a,driver=null-co,node-name=n,stats-intervals.0=3");
        daemon.execute("device_add", "'driver':'scsi-hd','id':'h','drive':'a'");
        daemon.execute("block-latency-histogram-set", "'id':'h','boundaries':[10,20]");
        drive.accounting().account(OperationKind.READ, 512, () -> {});

        String told = Json.print(daemon.execute("query-blockstats"));
        assertThat(told)
                .contains("\"rd_operations\": 1", "\"rd_bytes\": 512", "\"qdev\": \"h\"")
                .contains("\"interval_length\": 3", "\"boundaries\": [10, 20]");
        assertThat(Json.print(daemon.execute("query-blockstats", "'query-nodes':true")))
                .contains("\"node-name\": \"n\"")
                .doesNotContain("qdev");
    }

    @Test
    void tellsWhatAFileCountsOfDiscards() throws Exception {
        Path disk = Files.write(folder.resolve("disk"), new byte[65536]);
        daemon.execute(
                "blockdev-add",
                "'driver':'file','node-name':'f','discard':'unmap','filename':'" + disk + "'");
        try (BlockBackend user =
                service.graph()
                        .newBackend(
                                "",
                                service.graph().lookup("f"),
                                Permissions.ALL,
                                Permissions.ALL)) {
            user.discard(4096, 8192);
            user.discard(0, 4096);
        }

        assertThat(Json.print(daemon.execute("query-blockstats", "'query-nodes':true")))
                .contains("\"discard-nb-ok\": 2", "\"discard-bytes-ok\": 12288")
                .contains("\"discard-nb-failed\": 0", "\"driver\": \"file\"");
    }

    @Test
    void showsNoStorageBelowANodeWhoseDataHasSeveral() throws Exception {
        for (String name : List.of("a", "b")) {
            daemon.execute("blockdev-add", "'driver':'null-co','node-name':'" + name + "'");
        }
        daemon.execute(
                "blockdev-add",
                "'driver':'quorum','node-name':'q','vote-threshold':1,'children':['a','b']");

        assertThat(Json.print(daemon.execute("query-blockstats", "'query-nodes':true")))
                .contains("\"node-name\": \"q\"")
                .doesNotContain("parent");
    }

    @Test
    void drawsTheGraph() throws Exception {
        daemon.execute(
                "blockdev-add",
                "'driver':'raw','node-name':'top','file':{'driver':'null-co','node-name':'low'}");
        drive("if=none,id=a,driver=null-co,node-name=n");

        assertThat(Json.print(daemon.execute("x-debug-query-block-graph")))
                .contains("\"name\": \"a\", \"type\": \"block-backend\"")
                .contains("\"name\": \"low\", \"type\": \"block-driver\"")
                .contains("\"name\": \"file\"", "\"shared-perm\": [\"resize\"");
    }

    @Test
    void stopsAndGoesOn() throws Exception {
        assertThat(Json.print(daemon.execute("query-status")))
                .isEqualTo("{\"singlestep\": false, \"status\": \"running\", \"running\": true}");
        daemon.execute("stop");
        assertThat(Json.print(daemon.execute("query-status"))).contains("paused");
        daemon.execute("cont");
        assertThat(Json.print(daemon.execute("query-status"))).contains("running");
    }

    @Test
    void refusesNodesAndDrivesOfOneName() throws Exception {
        drive("if=none,id=a");
        assertThat(daemon.fail("blockdev-add", "'driver':'null-co','node-name':'a'"))
                .isEqualTo("GenericError: node-name=a is conflicting with a device id");
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'b'");
        assertThatThrownBy(() -> drive("if=none,id=b"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage("Device name 'b' conflicts with an existing node name");
    }

    @Test
    void aDeviceThatGoesTakesTheJobsOnItsMediumWithIt() throws Exception {
        drive("if=none,id=d,driver=null-co,node-name=n,size=1M");
        service.devices().add(Map.of("driver", "scsi-hd", "id", "h", "drive", "d"));
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'t','size':1048576");
        daemon.execute(
                "blockdev-backup",
                "'job-id':'j','device':'d','target':'t','sync':'full','speed':1,"
                        + "'x-perf':{'max-chunk':65536}");

        daemon.execute("device_del", "'id':'h'");

        JsonObject _ = daemon.awaitEvent("BLOCK_JOB_CANCELLED", "device", "j");
    }

    @Test
    void anExportDoesNotMoveADeviceToItsThread() throws Exception {
        drive("if=none,id=d,driver=null-co,node-name=n");
        daemon.execute("object-add", "'qom-type':'iothread','id':'t'");
        daemon.execute(
                "nbd-server-start",
                "'addr':{'type':'unix','data':{'path':'" + folder.resolve("s") + "'}}");
        String export = "'type':'nbd','id':'e','node-name':'n','iothread':'t'";
        service.devices().add(Map.of("driver", "scsi-hd", "id", "h", "drive", "d"));

        assertThat(daemon.fail("block-export-add", export + ",'fixed-iothread':true"))
                .isEqualTo("GenericError: Cannot change iothread of active block backend");
        daemon.execute("block-export-add", export);
    }

    @Test
    void doesNotShowWhatJobsPutIn() throws Exception {
        drive("if=none,id=d,driver=null-co,node-name=n,size=1M");
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'t','size':1048576");
        daemon.execute("blockdev-mirror", "'job-id':'j','device':'d','target':'t','sync':'none'");
        JsonObject _ = daemon.awaitEvent("BLOCK_JOB_READY", "device", "j");

        JsonObject inserted = (JsonObject) Objects.requireNonNull(block(0).get("inserted"));
        assertThat(Json.print(inserted)).contains("\"backing_file_depth\": 0");
    }
}
