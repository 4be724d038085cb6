package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonString;
import io.cairn.qmp.device.Device;
import io.cairn.qmp.device.DeviceModel;
import io.cairn.qmp.device.Drive;
import io.cairn.qmp.device.DriveInterface;
import io.cairn.qmp.device.DriveMaker;
import io.cairn.qmp.device.DriveOptions;
import io.cairn.qmp.device.MachineType;
import io.cairn.qmp.service.StorageService;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The buses of a machine, and the properties of the devices on them. The texts are those of QEMU
/// 7.2's system emulators.
class DeviceTreeTest {
    private TestDaemon daemon;
    private StorageService service;
    private DriveMaker maker;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
        service = daemon.daemon.service();
        service.machine().setType(MachineType.PC);
        maker = new DriveMaker(service.graph(), service.drives());
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private Drive drive(String id, long length) throws Exception {
        String text = "if=none,id=" + id + ",driver=null-co,read-zeroes=on,size=" + length;
        return maker.make(DriveOptions.parse(text, DriveInterface.IDE, false)).drive();
    }

    private Device add(String... words) throws Exception {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("driver", words[0]);
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            properties.put(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
        return service.devices().add(properties);
    }

    private void refuses(String message, String... words) {
        assertThatThrownBy(() -> add(words)).hasMessage(message);
    }

    private List<String> tree() throws Exception {
        String json = Json.print(new JsonString("info qtree"));
        return ((JsonString) daemon.execute("human-monitor-command", "'command-line':" + json))
                .value()
                .lines()
                .toList();
    }

    @Test
    void showsDrivesForDiskettesUnderTheirController() throws Exception {
        drive("d", 720 << 10);
        add("floppy", "drive=d", "unit=1");
        add("floppy");

        List<String> lines = tree();

        int start = lines.indexOf("          dev: isa-fdc, id \"\"");
        assertThat(lines.subList(start, start + 26))
                .containsSubsequence(
                        "            iobase = 1008 (0x3f0)",
                        "            fallback = \"288\"",
                        "            bus: floppy-bus.0",
                        "              type floppy-bus",
                        "              dev: floppy, id \"\"",
                        "                unit = 0 (0x0)",
                        "                drive = \"\"",
                        "                discard_granularity = 4294967295 (4 GiB)",
                        "                drive-type = \"288\"",
                        "              dev: floppy, id \"\"",
                        "                unit = 1 (0x1)",
                        "                drive = \"d\"");
        assertThat(lines).contains("                drive-type = \"144\"");
        refuses("Can't create floppy unit 2, bus supports only 2 units", "floppy");
        refuses("Floppy unit 0 is in use", "floppy", "unit=0");
    }

    @Test
    void showsTheDiskInAVirtioDeviceAsAPartOfIt() throws Exception {
        drive("v", 64 << 20);
        add("virtio-blk", "drive=v", "id=vb", "serial=abc");

        assertThat(tree())
                .containsSubsequence(
                        "      dev: virtio-blk-pci, id \"vb\"",
                        "        addr = 02.0",
                        "        bus: virtio-bus",
                        "          type virtio-pci-bus",
                        "          dev: virtio-blk-device, id \"\"",
                        "            drive = \"v\"",
                        "            cyls = 130 (0x82)",
                        "            serial = \"abc\"");
    }

    @Test
    void placesDisksOnBuses() throws Exception {
        drive("a", 1 << 20);
        drive("b", 1 << 20);
        add("ahci", "id=h");
        Device cd = add("ide-cd", "bus=h.5");
        add("virtio-scsi-pci", "id=s");
        Device first = add("scsi-hd", "drive=a", "bus=s.0");
        Device second = add("scsi-hd", "drive=b");

        assertThat(cd.value("serial")).isEqualTo("QM00011");
        assertThat(cd.value("discard_granularity")).isEqualTo("512");
        assertThat(first.value("scsi-id")).isEqualTo("0");
        assertThat(second.value("scsi-id")).isEqualTo("1");
        assertThat(second.value("device_id")).isEqualTo("b");
        assertThat(second.value("discard_granularity")).isEqualTo("4096");
        refuses("IDE unit 0 is in use", "ide-cd", "bus=h.5", "unit=0");
        refuses("Can't create IDE unit 1, bus supports only 1 units", "ide-cd", "bus=h.5");
        refuses("Device 'ide-cd' can't go on SCSI bus", "ide-cd", "bus=s.0");
        refuses("Bus 'h.9' not found", "ide-cd", "bus=h.9");
        refuses("bad scsi device id: 1000", "scsi-cd", "scsi-id=1000");
        refuses("No drive specified", "ide-hd");
        refuses("drive property not set", "scsi-hd");
        assertThat(service.drives().all()).hasSize(3);
    }

    @Test
    void checksTheValuesOfProperties() {
        refuses("Property 'ide-cd.foo' not found", "ide-cd", "foo=1");
        refuses("Parameter 'logical_block_size' expects size", "ide-cd", "logical_block_size=x");
        refuses(
                "Property .logical_block_size doesn't take value '513', it's not a power of 2",
                "ide-cd",
                "logical_block_size=513");
        refuses(
                "Property .logical_block_size doesn't take value 256"
                        + " (minimum: 512, maximum: 2097152)",
                "ide-cd",
                "logical_block_size=256");
        refuses(
                "logical_block_size > physical_block_size not supported",
                "ide-cd",
                "logical_block_size=4096");
        refuses(
                "Physical and logical block size must be 512 for floppy",
                "floppy",
                "physical_block_size=1024");
        refuses(
                "min_io_size must be a multiple of logical_block_size",
                "ide-cd",
                "min_io_size=513");
        refuses("discard_granularity must be 512 for ide", "ide-cd", "discard_granularity=513");
        refuses("Parameter 'share-rw' expects 'on' or 'off'", "ide-cd", "share-rw=x");
        refuses("Parameter 'write-cache' does not accept value 'x'", "ide-cd", "write-cache=x");
        refuses("Parameter 'unit' expects integer", "ide-cd", "unit=x");
        refuses("Parameter 'unit' expects uint32_t", "ide-cd", "unit=99999999999");
        refuses("Property 'ich9-ahci.addr' doesn't take value 'xx'", "ahci", "addr=xx");
        assertThat(service.drives().all()).isEmpty();
    }

    @Test
    void globalsHoldUnlessSomethingElseIsSaid() throws Exception {
        service.devices().globals().add("ide-cd.serial=zz");
        service.devices().globals().add("driver=floppy,property=drive,value=d");
        service.devices().globals().add("nothing.x=y");
        drive("d", 720 << 10);
        drive("e", 720 << 10);

        assertThat(add("ide-cd").value("serial")).isEqualTo("zz");
        assertThat(add("ide-cd", "serial=own").value("serial")).isEqualTo("own");
        refuses("-global floppy.drive=... conflicts with drive=e", "floppy", "drive=e");
        assertThat(add("floppy").value("drive")).isEqualTo("d");
        refuses(
                "can't apply global floppy.drive=d: Drive 'd' is already in use by another device",
                "floppy");
        assertThat(service.devices().globals().warnings())
                .containsExactly("global nothing.x has invalid class name");
        assertThatThrownBy(() -> service.devices().globals().add("driver=ide-cd,property=serial"))
                .hasMessage("options 'driver', 'property', and 'value' are required");
    }

    @Test
    void tellsOfPropertiesAsPeopleKnowThem() throws Exception {
        assertThat(DeviceModel.help("ide-cd"))
                .startsWith(
                        "ide-cd options:",
                        "  account-failed=<OnOffAuto> - on/off/auto (default: \"auto\")")
                .contains(
                        "  drive=<str>            - Node name or ID of a block device to use as a"
                                + " backend",
                        "  share-rw=<bool>        -  (default: false)",
                        "  serial=<str>");
        assertThat(daemon.execute("device-list-properties", "'typename':'ide-cd'").asText())
                .contains("\"default-value\": 4294967295");
    }
}
