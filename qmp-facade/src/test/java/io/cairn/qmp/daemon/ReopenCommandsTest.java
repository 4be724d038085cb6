package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChildEdge;
import io.cairn.qmp.device.MachineType;
import io.cairn.qmp.service.StorageService;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Map;

/// `blockdev-reopen` of nodes with their children. The texts are those of QEMU 7.2.
class ReopenCommandsTest {
    private static final String NO_BACKING = ",'backing':null";

    @TempDir Path folder;
    private TestDaemon daemon;
    private StorageService service;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
        service = daemon.daemon.service();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    /// Makes an image of 1 MiB.
    private void create(String name) throws Exception {
        run("'driver':'file','filename':'" + folder.resolve(name) + "','size':0");
        run("'driver':'qcow2','size':1048576," + file(name));
    }

    private void run(String options) throws Exception {
        daemon.execute("blockdev-create", "'job-id':'create','options':{" + options + "}");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");
        daemon.execute("job-dismiss", "'id':'create'");
    }

    private String file(String name) {
        String options = "'driver':'file','node-name':'%s-file','filename':'%s'";
        return "'file':{" + options.formatted(name, folder.resolve(name)) + "}";
    }

    /// The options of an image's node.
    private String image(String name, String more) {
        return "'driver':'qcow2','node-name':'" + name + "'," + file(name) + more;
    }

    /// Makes an image and opens it with those options.
    private void open(String name, String more) throws Exception {
        create(name);
        daemon.execute("blockdev-add", image(name, more));
    }

    private void reopen(String options) throws Exception {
        daemon.execute("blockdev-reopen", "'options':[{" + options + "}]");
    }

    private String refused(String options) throws Exception {
        return daemon.fail("blockdev-reopen", "'options':[{" + options + "}]")
                .replace("GenericError: ", "");
    }

    private BlockNode node(String name) {
        return service.graph().find(name).orElseThrow();
    }

    private String child(String parent, String name) {
        return node(parent).child(name).map(ChildEdge::node).map(BlockNode::name).orElse("none");
    }

    @Test
    void whatIsNotGivenGoesBackToItsDefault() throws Exception {
        open("a", "");

        reopen(image("a", ",'read-only':true,'cache':{'no-flush':true},'lazy-refcounts':true"));
        assertThat(node("a").isReadOnly()).isTrue();
        assertThat(node("a-file").flags().noFlush()).isTrue();
        reopen(image("a", ""));

        assertThat(node("a").isReadOnly()).isFalse();
        assertThat(node("a").flags().noFlush()).isFalse();
        assertThat(node("a-file").flags().noFlush()).isFalse();
    }

    @Test
    void aChildThatIsNamedKeepsItsOptions() throws Exception {
        create("b");
        open("a", ",'backing':{" + image("b", ",'detect-zeroes':'on'") + "}");

        reopen(image("a", ",'backing':'b'"));

        assertThat(node("b").detectZeroes().text()).isEqualTo("on");
        assertThat(node("b").isReadOnly()).isTrue();
        reopen(image("a", ",'backing':{" + image("b", "") + "}"));
        assertThat(node("b").detectZeroes().text()).isEqualTo("off");
    }

    @Test
    void aBackingNodeIsTakenAwayAndGivenBack() throws Exception {
        open("a", "");
        open("b", "");

        reopen(image("a", ",'backing':'b'"));
        assertThat(child("a", "backing")).isEqualTo("b");
        assertThat(refused(image("a", ""))).isEqualTo("backing is missing for 'a'");
        assertThat(refused(image("b", ",'backing':'a'")))
                .isEqualTo("Making 'a' a backing child of 'b' would create a cycle");
        assertThat(refused(image("a", ",'backing':{" + image("b", "") + "}")))
                .isEqualTo("Cannot change the option 'backing.driver'");
        reopen(image("a", NO_BACKING));

        assertThat(child("a", "backing")).isEqualTo("none");
        reopen(image("a", ""));
        daemon.execute("blockdev-del", "'node-name':'b'");
    }

    @Test
    void aBackingNodeThatNobodyElseHoldsIsClosed() throws Exception {
        create("b");
        open("a", ",'backing':{" + image("b", "") + "}");

        daemon.execute(
                "blockdev-reopen",
                "'options':[{%s},{%s}]".formatted(image("a", NO_BACKING), image("b", "")));

        assertThat(service.graph().find("b")).isEmpty();
        assertThat(service.graph().find("b-file")).isEmpty();
    }

    @Test
    void aNodeFromFurtherDownIsReopenedWithTheOneWhoseBackingItBecomes() throws Exception {
        create("b");
        create("c");
        String below = image("b", ",'backing':{" + image("c", "") + "}");
        open("a", ",'backing':{" + below + "}");

        reopen(image("a", ",'backing':'c'"));
        reopen(image("a", ",'backing':{" + image("c", ",'detect-zeroes':'on'") + "}"));

        assertThat(node("c").detectZeroes().text()).isEqualTo("on");
        assertThat(service.graph().find("b")).isEmpty();
    }

    @Test
    void aStorageThatWasReplacedIsNotReopenedWithItsParentAnyMore() throws Exception {
        open("a", "");
        daemon.execute("object-add", "'qom-type':'throttle-group','id':'g'");
        daemon.execute(
                "blockdev-add",
                "'driver':'throttle','node-name':'t','throttle-group':'g','file':'a-file'");

        String named = "'driver':'qcow2','node-name':'a','file':";
        reopen(named + "'t'");
        assertThat(child("a", "file")).isEqualTo("t");
        reopen(named + "'a-file'");

        assertThat(child("a", "file")).isEqualTo("a-file");
        assertThat(refused(image("a", ""))).isEqualTo("Cannot change the option 'file.driver'");
    }

    @Test
    void aFailureLeavesAllAsItWas() throws Exception {
        open("a", "");
        open("b", "");
        reopen(image("a", ",'backing':'b'"));

        String fails = image("b", "").replace("'file':{", "'force-share':true,'file':{");
        String both =
                "'options':[{%s},{%s}]"
                        .formatted(image("a", NO_BACKING + ",'detect-zeroes':'on'"), fails);
        assertThat(daemon.fail("blockdev-reopen", both))
                .isEqualTo("GenericError: Cannot change the option 'force-share'");

        assertThat(child("a", "backing")).isEqualTo("b");
        assertThat(node("a").detectZeroes().text()).isEqualTo("off");
        assertThat(daemon.fail("blockdev-del", "'node-name':'b'"))
                .contains("node is used as backing hd of 'a'");
        reopen(image("a", NO_BACKING));
    }

    @Test
    void aNodeThatIsGivenTwiceTakesTheOptionsOfBoth() throws Exception {
        open("a", "");

        daemon.execute(
                "blockdev-reopen",
                "'options':[{%s},{%s}]"
                        .formatted(
                                image("a", ",'read-only':true"),
                                image("a", ",'detect-zeroes':'on'")));

        assertThat(node("a").isReadOnly()).isTrue();
        assertThat(node("a").detectZeroes().text()).isEqualTo("on");
    }

    @Test
    void tellsWhichNodeIsMissing() throws Exception {
        open("a", "");

        assertThat(refused("'driver':'qcow2','node-name':'a','file':'x','backing':'y'"))
                .isEqualTo("Cannot find device='' nor node-name='y'");
        assertThat(refused("'driver':'qcow2','node-name':'a','file':'x'"))
                .isEqualTo("Cannot find device='' nor node-name='x'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"copy-on-read", "snapshot-access"})
    void filtersThatKeepTheirOptionsAreNotReopened(String driver) throws Exception {
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'n'");
        String filter = "'driver':'" + driver + "','node-name':'f','file':'n'";
        daemon.execute("blockdev-add", filter);

        assertThat(refused(filter))
                .isEqualTo(
                        "Block format '"
                                + driver
                                + "' used by node 'f' does not support reopening files");
    }

    @Test
    void aChainThatAJobUsesStaysAsItIs() throws Exception {
        create("b");
        create("c");
        String below = image("b", ",'backing':{" + image("c", "") + "}");
        open("a", ",'backing':{" + below + "}");
        daemon.execute(
                "block-stream", "'job-id':'j','device':'a','base-node':'c','auto-finalize':false");

        assertThat(refused(image("a", NO_BACKING)))
                .isEqualTo("Cannot change frozen 'backing' link from 'a' to 'b'");
        reopen(image("a", ",'backing':{" + image("b", NO_BACKING) + "}"));

        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "pending");
        daemon.execute("job-finalize", "'id':'j'");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");
        assertThat(service.graph().find("b")).isEmpty();
    }

    @Test
    void aFilterOfAJobIsNotReplaced() throws Exception {
        create("b");
        create("c");
        String below = image("b", ",'backing':{" + image("c", "") + "}");
        open("a", ",'backing':{" + below + "}");
        daemon.execute(
                "block-commit", "'job-id':'j','device':'a','top-node':'b','auto-finalize':false");

        assertThat(refused(image("a", NO_BACKING)))
                .isEqualTo("Cannot replace implicit backing child of a");

        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "pending");
        daemon.execute("job-finalize", "'id':'j'");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");
        assertThat(child("a", "backing")).isEqualTo("c");
    }

    @Test
    void disksOfTwoThreadsAreNotChained() throws Exception {
        open("a", "");
        open("b", "");
        service.machine().setType(MachineType.PC);
        for (String disk : new String[] {"a", "b"}) {
            daemon.execute("object-add", "'qom-type':'iothread','id':'t-" + disk + "'");
            service.devices()
                    .add(
                            Map.of(
                                    "driver",
                                    "virtio-scsi-pci",
                                    "id",
                                    "s-" + disk,
                                    "iothread",
                                    "t-" + disk));
            daemon.execute(
                    "device_add",
                    "'driver':'scsi-hd','id':'d-%s','drive':'%s','share-rw':true,'bus':'s-%s.0'"
                            .formatted(disk, disk, disk));
        }

        assertThat(refused(image("a", ",'backing':'b'")))
                .isEqualTo("Cannot change iothread of active block backend");
        daemon.execute("device_del", "'id':'d-b'");
        daemon.awaitEvent("DEVICE_DELETED", "device", "d-b");
        reopen(image("a", ",'backing':'b'"));

        assertThat(child("a", "backing")).isEqualTo("b");
    }
}
