package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.job.image.CreateImage;
import io.cairn.job.image.CreateRequest;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Jobs from their start over QMP to their end.
class JobCommandsTest {
    private static final String MIB = "1048576";

    @TempDir Path directory;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    /// Makes an image by jobs and opens it as a node of that name.
    private void image(String name, String options) throws Exception {
        create("'driver':'file','filename':'" + file(name) + "','size':0");
        String node = "'driver':'file','filename':'" + file(name) + "'";
        create("'driver':'qcow2','file':{" + node + "},'size':" + MIB + options);
        daemon.execute(
                "blockdev-add",
                "'driver':'qcow2','node-name':'" + name + "','file':{" + node + "}");
    }

    private void create(String options) throws Exception {
        daemon.execute("blockdev-create", "'job-id':'create','options':{" + options + "}");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");
        assertThat(Json.print(daemon.execute("query-jobs"))).doesNotContain("error");
        daemon.execute("job-dismiss", "'id':'create'");
    }

    @Test
    void createsAnImageWithItsOptions() throws Exception {
        image("a", ",'version':'v2','cluster-size':4096");

        assertThat(Json.print(daemon.execute("query-named-block-nodes", "'flat':true")))
                .contains("\"compat\": \"0.10\"", "\"cluster-size\": 4096");
    }

    @Test
    void keysOfAnEncryptedImageAreChangedByAJob() throws Exception {
        daemon.execute("object-add", "'qom-type':'secret','id':'s','data':'abc'");
        create("'driver':'file','filename':'" + file("a") + "','size':0");
        String node = "'file':{'driver':'file','filename':'" + file("a") + "'}";
        String luks = "'encrypt':{'format':'luks','key-secret':'s'";
        create("'driver':'qcow2'," + node + ",'size':65536," + luks + ",'iter-time':1}");
        daemon.execute(
                "blockdev-add", "'driver':'qcow2','node-name':'a'," + node + "," + luks + "}");

        assertThat(amended("'format':'luks','state':'active','new-secret':'s','iter-time':1"))
                .doesNotContain("error");
        assertThat(amended("'format':'qcow'"))
                .contains("Amend can't be used to change the qcow2 encryption format");
    }

    /// What is told of the job that makes the change.
    private String amended(String encrypt) throws Exception {
        daemon.execute(
                "x-blockdev-amend",
                "'job-id':'j','node-name':'a','options':{'driver':'qcow2','encrypt':{"
                        + encrypt
                        + "}}");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");
        String told = Json.print(daemon.execute("query-jobs"));
        daemon.execute("job-dismiss", "'id':'j'");
        return told;
    }

    @ParameterizedTest
    @ValueSource(strings = {"qcow2", "luks"})
    void tellsWhyAnImageCouldNotBeCreated(String driver) throws Exception {
        daemon.execute(
                "blockdev-create",
                "'job-id':'j','options':{'driver':'" + driver + "','file':'nope','size':1}");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");

        assertThat(Json.print(daemon.execute("query-jobs")))
                .isEqualTo(
                        "[{\"current-progress\": 1, \"status\": \"concluded\","
                                + " \"total-progress\": 1, \"type\": \"create\", \"id\": \"j\","
                                + " \"error\": \"Cannot find device='nope' nor"
                                + " node-name='nope'\"}]");
    }

    @Test
    void aMirrorChangesToWriteBlockingAndNotBack() throws Exception {
        image("a", "");
        image("b", "");
        daemon.execute("blockdev-mirror", "'job-id':'m','device':'a','target':'b','sync':'full'");
        daemon.awaitEvent("BLOCK_JOB_READY", "device", "m");

        daemon.execute("block-job-change", "'id':'m','type':'mirror','copy-mode':'write-blocking'");

        assertThat(change("'id':'m','type':'mirror','copy-mode':'background'"))
                .contains("Change to copy mode 'background' is not implemented");
        assertThat(change("'id':'m','type':'commit'"))
                .contains("Job 'm' is of type 'mirror', not 'commit'");
        assertThat(change("'id':'n','type':'mirror','copy-mode':'background'"))
                .contains("DeviceNotActive");
    }

    private String change(String arguments) throws Exception {
        return daemon.fail("block-job-change", arguments);
    }

    @Test
    void aJobThatCannotBeMadeVanishesAsItCame() throws Exception {
        image("a", "");

        assertThat(
                        daemon.fail(
                                "block-stream",
                                "'job-id':'s','device':'a','filter-node-name':'1234'"))
                .contains("GenericError");

        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "created");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");
        assertThat(Json.print(daemon.execute("query-jobs"))).isEqualTo("[]");
    }

    @Test
    void commitsBelowAnOverlayThatIsReadOnly() throws Exception {
        String below = "null";
        for (String name : List.of("base", "middle", "top")) {
            image(name, "");
            daemon.execute("blockdev-del", "'node-name':'" + name + "'");
            daemon.execute(
                    "blockdev-add",
                    "'driver':'qcow2','read-only':true,'node-name':'"
                            + name
                            + "','file':{'driver':'file','filename':'"
                            + file(name)
                            + "'},'backing':"
                            + below);
            below = "'" + name + "'";
        }

        daemon.execute(
                "block-commit",
                "'job-id':'c','device':'top','top-node':'middle','base-node':'base'");

        assertThat(Json.print(daemon.awaitEvent("BLOCK_JOB_COMPLETED", "device", "c")))
                .doesNotContain("error");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");
        daemon.execute("blockdev-del", "'node-name':'middle'");
    }

    @Test
    void reopensANodeOverAnotherFile() throws Exception {
        image("a", "");
        daemon.execute("blockdev-del", "'node-name':'a'");
        daemon.execute(
                "blockdev-add", "'driver':'file','node-name':'f','filename':'" + file("a") + "'");
        daemon.execute("blockdev-add", "'driver':'qcow2','node-name':'q','file':'f'");
        daemon.execute("blockdev-add", "'driver':'raw','node-name':'r','file':'f'");

        reopenOver("r");
        assertThat(daemon.fail("blockdev-del", "'node-name':'r'")).contains("in use");
        assertThat(
                        daemon.fail(
                                "blockdev-reopen",
                                "'options':[{'driver':'raw','node-name':'r','file':'q'}]"))
                .contains("cycle");

        reopenOver("f");
        daemon.execute("blockdev-del", "'node-name':'r'");
    }

    @Test
    void reopensANodeOverABackingNodeWhereThereWasNone() throws Exception {
        image("a", "");
        image("b", "");
        daemon.execute("blockdev-del", "'node-name':'a'");
        daemon.execute(
                "blockdev-add", "'driver':'file','node-name':'f','filename':'" + file("a") + "'");
        daemon.execute(
                "blockdev-add", "'driver':'qcow2','node-name':'q','file':'f','backing':null");

        daemon.execute(
                "blockdev-reopen",
                "'options':[{'driver':'qcow2','node-name':'q','file':'f','backing':'b'}]");

        assertThat(daemon.fail("blockdev-del", "'node-name':'b'"))
                .contains("node is used as backing hd of 'q'");
    }

    private void reopenOver(String file) throws Exception {
        daemon.execute(
                "blockdev-reopen",
                "'options':[{'driver':'qcow2','node-name':'q','file':'" + file + "'}]");
    }

    @Test
    void mirrorsAndPivots() throws Exception {
        image("a", "");
        image("b", "");
        daemon.execute("blockdev-mirror", "'job-id':'m','device':'a','target':'b','sync':'full'");
        daemon.awaitEvent("BLOCK_JOB_READY", "device", "m");
        assertThat(Json.print(daemon.execute("query-block-jobs")))
                .contains("\"ready\": true", "\"status\": \"ready\"", "\"type\": \"mirror\"");

        daemon.execute("block-job-complete", "'device':'m'");

        assertThat(Json.print(daemon.awaitEvent("BLOCK_JOB_COMPLETED", "device", "m")))
                .doesNotContain("error");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");
        daemon.execute("blockdev-del", "'node-name':'a'");
    }

    @Test
    void aMirrorCountsTheZeroesOfItsSource() throws Exception {
        String size = "'size':" + MIB;
        daemon.execute(
                "blockdev-add", "'driver':'null-co','node-name':'a','read-zeroes':true," + size);
        image("b", "");
        daemon.execute("blockdev-mirror", "'job-id':'m','device':'a','target':'b','sync':'full'");

        assertThat(Json.print(daemon.awaitEvent("BLOCK_JOB_READY", "device", "m")))
                .contains("\"len\": " + MIB, "\"offset\": " + MIB);
    }

    @Test
    void theTargetOfAMirrorIsGivenABackingNode() throws Exception {
        image("a", "");
        image("b", "");
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'base','size':" + MIB);
        daemon.execute("blockdev-mirror", "'job-id':'m','device':'a','target':'b','sync':'full'");
        daemon.awaitEvent("BLOCK_JOB_READY", "device", "m");

        daemon.execute("blockdev-snapshot", "'node':'base','overlay':'b'");

        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'free','size':" + MIB);
        assertThat(daemon.fail("blockdev-snapshot", "'node':'free','overlay':'a'"))
                .isEqualTo("GenericError: The overlay is already in use");
        assertThat(daemon.fail("blockdev-snapshot", "'node':'base','overlay':'a'"))
                .isEqualTo("GenericError: Node 'base' is busy: node is used as backing hd of 'b'");
        assertThat(daemon.fail("blockdev-snapshot", "'node':'b','overlay':'nosuch'"))
                .isEqualTo(
                        "GenericError: Node 'b' is busy: block device is in use by block job:"
                                + " mirror");
        assertThat(Json.print(daemon.execute("query-named-block-nodes", "'flat':true")))
                .contains("json:{\\\"backing\\\": {\\\"driver\\\": \\\"null-co\\\"");
    }

    @Test
    void showsTheBitmapsByWhichABackupWorks() throws Exception {
        image("a", "");
        image("b", "");
        daemon.execute("block-dirty-bitmap-add", "'node':'a','name':'bits'");

        daemon.execute(
                "blockdev-backup",
                "'job-id':'j','device':'a','target':'b','sync':'bitmap','bitmap':'bits',"
                        + "'bitmap-mode':'never','auto-finalize':false,'filter-node-name':'f'");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "pending");

        assertThat(bitmaps("a"))
                .containsExactly("- 0 false false", "- 0 true false", "bits 0 true true");
        assertThat(bitmaps("f")).containsExactly("- " + MIB + " false false", "- 0 false false");

        daemon.execute("job-finalize", "'id':'j'");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");
        assertThat(bitmaps("a")).containsExactly("bits 0 true false");
    }

    /// Name, dirty bytes, whether it records and whether it is busy, of each bitmap of a node.
    private List<String> bitmaps(String node) throws Exception {
        List<String> shown = new ArrayList<>();
        for (JsonValue value : elements(daemon.execute("query-named-block-nodes"))) {
            JsonObject info = (JsonObject) value;
            if (!TestDaemon.text(info, "node-name").equals(node)) {
                continue;
            }
            for (JsonValue bitmap : elements(info.get("dirty-bitmaps"))) {
                JsonObject bits = (JsonObject) bitmap;
                String name = bits.get("name") == null ? "-" : TestDaemon.text(bits, "name");
                shown.add(
                        name
                                + " "
                                + shown(bits, "count")
                                + " "
                                + shown(bits, "recording")
                                + " "
                                + shown(bits, "busy"));
            }
        }
        return shown;
    }

    private static String shown(JsonObject object, String member) {
        return Json.print(Objects.requireNonNull(object.get(member)));
    }

    private static List<JsonValue> elements(@Nullable JsonValue array) {
        return array instanceof JsonArray(List<JsonValue> elements) ? elements : List.of();
    }

    @ParameterizedTest
    @CsvSource({
        "1000, Image size must be a multiple of 512 bytes",
        "9223372035781033984, Could not resize image: Failed to grow the L1 table: File too large"
    })
    void refusesToCreateADiskOfSuchALength(String size, String problem) throws Exception {
        create("'driver':'file','filename':'" + file("a") + "','size':0");
        String node = "'file':{'driver':'file','filename':'" + file("a") + "'}";

        daemon.execute(
                "blockdev-create",
                "'job-id':'j','options':{'driver':'qcow2'," + node + ",'size':" + size + "}");

        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");
        assertThat(Json.print(daemon.execute("query-jobs")))
                .contains("\"error\": \"" + problem + "\"");
    }

    @Test
    void namesNodesByTheBackingTheyWereGiven() throws Exception {
        image("low", "");
        daemon.execute("blockdev-del", "'node-name':'low'");
        String low = "'file':{'driver':'file','filename':'" + file("low") + "'}";

        daemon.execute(
                "blockdev-add",
                "'driver':'qcow2','node-name':'n'," + low + ",'backing':{'driver':'null-co'}");

        assertThat(Json.print(daemon.execute("query-named-block-nodes", "'flat':true")))
                .contains(
                        "\"filename\": \"json:{\\\"backing\\\": {\\\"driver\\\": \\\"null-co\\\"}");
    }

    /// Another process makes an overlay of an image that is in use here.
    @Test
    void anOverlayIsMadeOverAnImageInUse() throws Exception {
        image("a", "");
        try (TestDaemon other = new TestDaemon()) {
            CreateRequest overlay =
                    CreateRequest.of(file("overlay"), "qcow2", -1).withBacking(file("a"), "qcow2");

            CreateImage.prepare(other.daemon.service().graph(), overlay).run();

            other.execute(
                    "blockdev-add",
                    "'driver':'qcow2','node-name':'o','backing':null,"
                            + "'file':{'driver':'file','filename':'"
                            + file("overlay")
                            + "'}");
            assertThat(Json.print(other.execute("query-named-block-nodes", "'flat':true")))
                    .contains("\"virtual-size\": " + MIB);
        }
    }

    @Test
    void noTwoNodesOfAChainHaveOneName() throws Exception {
        image("low", "");
        daemon.execute("blockdev-del", "'node-name':'low'");
        String n =
                "'driver':'qcow2','node-name':'n','file':{'driver':'file','filename':'"
                        + file("low")
                        + "'},'backing':";

        assertThat(daemon.fail("blockdev-add", n + "{'driver':'null-co','node-name':'n'}"))
                .isEqualTo(
                        "GenericError: Could not open backing file: Duplicate nodes with"
                                + " node-name='n'");
        assertThat(daemon.fail("blockdev-add", n + "'n'"))
                .isEqualTo("GenericError: Making 'n' a backing child of 'n' would create a cycle");
        assertThat(Json.print(daemon.execute("query-named-block-nodes"))).isEqualTo("[]");
    }

    @Test
    void waitsToBeFinalizedAndDismissed() throws Exception {
        image("a", "");
        image("b", "");
        daemon.execute(
                "blockdev-backup",
                "'job-id':'j','device':'a','target':'b','sync':'full','auto-finalize':false,"
                        + "'auto-dismiss':false");
        daemon.awaitEvent("BLOCK_JOB_PENDING", "id", "j");
        assertThat(daemon.fail("job-dismiss", "'id':'j'"))
                .isEqualTo(
                        "GenericError: Job 'j' in state 'pending' cannot accept command verb"
                                + " 'dismiss'");
        daemon.execute("job-finalize", "'id':'j'");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");
        daemon.execute("block-job-dismiss", "'id':'j'");

        assertThat(Json.print(daemon.execute("query-jobs"))).isEqualTo("[]");
    }

    @Test
    void makesTheTargetOfADriveBackup() throws Exception {
        image("a", "");
        daemon.execute(
                "drive-backup",
                "'job-id':'j','device':'a','target':'" + file("copy") + "','sync':'full'");
        daemon.awaitEvent("BLOCK_JOB_COMPLETED", "device", "j");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");

        assertThat(Files.size(directory.resolve("copy"))).isGreaterThan(0);
    }

    @Test
    void commitsAndStreamsAChain() throws Exception {
        image("a", "");
        image("top", "");
        image("top2", "");
        daemon.execute("blockdev-snapshot", "'node':'a','overlay':'top'");
        daemon.execute("blockdev-snapshot", "'node':'top','overlay':'top2'");
        daemon.execute("block-stream", "'job-id':'s','device':'top2','base-node':'a'");
        assertThat(Json.print(daemon.awaitEvent("BLOCK_JOB_COMPLETED", "device", "s")))
                .contains("\"type\": \"stream\"")
                .doesNotContain("error");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");

        daemon.execute("block-commit", "'job-id':'c','device':'top2'");
        daemon.awaitEvent("BLOCK_JOB_READY", "device", "c");
        daemon.execute("job-complete", "'id':'c'");
        assertThat(Json.print(daemon.awaitEvent("BLOCK_JOB_COMPLETED", "device", "c")))
                .contains("\"type\": \"commit\"")
                .doesNotContain("error");
    }

    private List<String> states(String last) throws Exception {
        List<String> states = new ArrayList<>();
        while (!states.contains(last)) {
            JsonObject change = daemon.awaitEvent("JOB_STATUS_CHANGE");
            if (TestDaemon.text(change, "id").equals("j")) {
                states.add(TestDaemon.text(change, "status"));
            }
        }
        return states;
    }

    @Test
    void showsTheFilterOfABackupButNotThatOfAMirror() throws Exception {
        image("a", "");
        image("b", "");
        image("c", "");
        daemon.execute(
                "blockdev-add",
                "'driver':'quorum','node-name':'q','vote-threshold':1," + "'children':['a']");
        daemon.execute(
                "blockdev-mirror",
                "'job-id':'m','device':'q','target':'c','sync':'none','filter-node-name':'f'");
        assertThat(Json.print(daemon.execute("query-named-block-nodes", "'flat':true")))
                .doesNotContain("{\\\"driver\\\": \\\"copy-before-write");

        daemon.execute("blockdev-backup", "'job-id':'j','device':'a','target':'b','sync':'none'");

        assertThat(Json.print(daemon.execute("query-named-block-nodes", "'flat':true")))
                .contains("\\\"children\\\": [{\\\"driver\\\": \\\"copy-before-write");
    }

    @Test
    void aBackupStartsWhileItsSourceIsDrained() throws Exception {
        image("a", "");
        image("b", "");
        daemon.execute("blockdev-backup", "'job-id':'j','device':'a','target':'b','sync':'full'");

        assertThat(states("null"))
                .startsWith("created", "running", "paused", "running")
                .doesNotContain("aborting");
    }

    @Test
    void theEndPausesJobsBeforeItCancelsThem() throws Exception {
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'a','size':4194304");
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'b','size':4194304");
        daemon.execute(
                "blockdev-mirror",
                "'job-id':'j','device':'a','target':'b','sync':'full','buf-size':65536,"
                        + "'speed':65536");
        assertThat(states("running")).containsExactly("created", "running");

        daemon.daemon.service().close();

        assertThat(states("null"))
                .containsExactly("paused", "running", "aborting", "concluded", "null");
    }

    @Test
    void theLimitOfAMirrorIsForAllThatItsBufferTakes() throws Exception {
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'a','size':4194304");
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'b','size':4194304");
        daemon.execute(
                "blockdev-mirror",
                "'job-id':'j','device':'a','target':'b','sync':'full','speed':65536");
        daemon.execute("block-job-cancel", "'device':'j'");

        JsonObject end = daemon.awaitEvent("BLOCK_JOB_CANCELLED", "device", "j");

        assertThat(Json.print(end)).contains("\"len\": 4194304, \"offset\": 4194304");
    }

    @Test
    void anOverlayOfANodeThatNobodyUsesEndsWithTheCommand() throws Exception {
        image("a", "");

        assertThat(
                        daemon.fail(
                                "blockdev-snapshot-sync",
                                "'node-name':'a','snapshot-file':'" + file("o") + "'"))
                .isEqualTo("GenericError: New overlay node-name missing");
        daemon.execute(
                "blockdev-snapshot-sync",
                "'node-name':'a','snapshot-file':'" + file("o") + "','snapshot-node-name':'o'");

        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'o'");
        daemon.execute("blockdev-del", "'node-name':'a'");
    }

    @Test
    void aChainIsCommittedFromBelowAFilter() throws Exception {
        image("base", "");
        image("top", "");
        daemon.execute("blockdev-del", "'node-name':'base'");
        daemon.execute("blockdev-del", "'node-name':'top'");
        daemon.execute(
                "blockdev-add",
                "'driver':'copy-on-read','node-name':'filter','file':{'driver':'qcow2',"
                        + "'node-name':'top','file':{'driver':'file','filename':'"
                        + file("top")
                        + "'},'backing':{'driver':'qcow2','node-name':'base','read-only':true,"
                        + "'file':{"
                        + "'driver':'file','filename':'"
                        + file("base")
                        + "'}}}");
        String ends = "'job-id':'j','device':'filter','top-node':'top'";

        assertThat(daemon.fail("block-commit", ends + ",'base':'" + file("top") + "'"))
                .isEqualTo("GenericError: Can't find '" + file("top") + "' in the backing chain");
        daemon.execute("block-commit", ends + ",'base-node':'base'");
        JsonObject _ = daemon.awaitEvent("BLOCK_JOB_READY", "device", "j");
        daemon.execute("job-complete", "'id':'j'");
        JsonObject _ = daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");

        assertThat(Json.print(daemon.execute("query-named-block-nodes", "'flat':true")))
                .contains("\"node-name\": \"filter\"", "\"node-name\": \"base\"")
                .doesNotContain("\"node-name\": \"top\"")
                .as("the base is written to from now on")
                .doesNotContain("\"ro\": true");
    }

    @Test
    void aMirrorTakesThePlaceOfAChildOfAQuorum() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            image(name, "");
        }
        daemon.execute(
                "blockdev-add",
                "'driver':'quorum','node-name':'q','vote-threshold':2,'children':['a','b','c']");
        daemon.execute(
                "nbd-server-start",
                "'addr':{'type':'unix','data':{'path':'" + directory.resolve("s") + "'}}");
        daemon.execute("block-export-add", "'type':'nbd','id':'e','node-name':'q','writable':true");
        image("d", "");
        daemon.execute(
                "blockdev-mirror",
                "'job-id':'j','device':'q','target':'d','sync':'full','replaces':'b'");
        JsonObject _ = daemon.awaitEvent("BLOCK_JOB_READY", "device", "j");
        daemon.execute("job-complete", "'id':'j'");

        JsonObject end = daemon.awaitEvent("BLOCK_JOB_COMPLETED", "device", "j");

        assertThat(Json.print(end)).doesNotContain("error");
        daemon.execute("blockdev-del", "'node-name':'b'");
        assertThat(daemon.fail("blockdev-del", "'node-name':'d'")).contains("in use");
    }
}
