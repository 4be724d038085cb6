package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Transactions do all or nothing, wherever they fail.
class TransactionTest {
    @TempDir Path directory;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
        for (String name : List.of("a", "b", "over", "copy")) {
            create("'driver':'file','filename':'" + directory.resolve(name) + "','size':0");
            String file = "'driver':'file','filename':'" + directory.resolve(name) + "'";
            create("'driver':'qcow2','file':{" + file + "},'size':1048576");
            daemon.execute(
                    "blockdev-add",
                    "'driver':'qcow2','node-name':'" + name + "','file':{" + file + "}");
        }
        daemon.execute("block-dirty-bitmap-add", "'node':'a','name':'old'");
        daemon.execute("block-dirty-bitmap-add", "'node':'a','name':'gone'");
        daemon.execute("block-dirty-bitmap-add", "'node':'b','name':'off','disabled':true");
    }

    private void create(String options) throws Exception {
        daemon.execute("blockdev-create", "'job-id':'create','options':{" + options + "}");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");
        daemon.execute("job-dismiss", "'id':'create'");
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private static String action(String type, String data) {
        return "{'type':'" + type + "','data':{" + data + "}}";
    }

    private List<String> actions() {
        return List.of(
                action("block-dirty-bitmap-add", "'node':'a','name':'new'"),
                action("block-dirty-bitmap-clear", "'node':'a','name':'old'"),
                action("block-dirty-bitmap-remove", "'node':'a','name':'gone'"),
                action("block-dirty-bitmap-enable", "'node':'b','name':'off'"),
                action("block-dirty-bitmap-disable", "'node':'a','name':'old'"),
                action(
                        "block-dirty-bitmap-merge",
                        "'node':'a','target':'new','bitmaps':[{'node':'b','name':'off'}]"),
                action(
                        "blockdev-backup",
                        "'job-id':'j','device':'a','target':'copy','sync':'full',"
                                + "'auto-finalize':false"),
                action("blockdev-snapshot", "'node':'b','overlay':'over'"),
                action(
                        "blockdev-snapshot-sync",
                        "'node-name':'over','snapshot-node-name':'made','snapshot-file':'"
                                + directory.resolve("made")
                                + "'"));
    }

    private void run(List<String> actions) throws Exception {
        daemon.execute("transaction", "'actions':[" + String.join(",", actions) + "]");
    }

    private String state() throws Exception {
        return Json.print(daemon.execute("query-named-block-nodes"))
                .replaceAll("\"actual-size\": \\d+", "");
    }

    @Test
    void undoesWhatWasDoneBeforeAFailureAtAnyStep() throws Exception {
        daemon.execute("query-jobs");
        String before = state();
        for (int failing = 0; failing <= actions().size(); failing++) {
            List<String> actions = new ArrayList<>(actions());
            actions.add(failing, action("abort", ""));

            assertThat(daemon.fail("transaction", "'actions':[" + String.join(",", actions) + "]"))
                    .isEqualTo("GenericError: Transaction aborted using Abort action");
            while (!Json.print(daemon.execute("query-jobs")).equals("[]")) {
                daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");
            }
            assertThat(state()).as("failed before action " + failing).isEqualTo(before);
        }
    }

    @Test
    void doesAllOfIt() throws Exception {
        run(actions());
        daemon.awaitEvent("BLOCK_JOB_PENDING", "id", "j");

        String after = state();
        assertThat(after).contains("\"name\": \"new\"").doesNotContain("\"name\": \"gone\"");
        assertThat(daemon.fail("blockdev-del", "'node-name':'b'")).contains("is busy");
        daemon.execute("job-finalize", "'id':'j'");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "null");
        daemon.execute("blockdev-del", "'node-name':'over'");
        assertThat(directory.resolve("made")).isNotEmptyFile();
    }

    @Test
    void endsGroupedJobsTogether() throws Exception {
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'data','size':1048576");
        daemon.execute(
                "transaction",
                "'actions':["
                        + action(
                                "blockdev-backup",
                                "'job-id':'one','device':'a','target':'copy','sync':'full'")
                        + ","
                        + action(
                                "blockdev-backup",
                                "'job-id':'two','device':'data','target':'over','sync':'full',"
                                        + "'speed':1,'x-perf':{'max-chunk':65536}")
                        + "],'properties':{'completion-mode':'grouped'}");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "waiting");

        daemon.execute("job-cancel", "'id':'two'");

        daemon.awaitEvent("BLOCK_JOB_CANCELLED", "device", "one");
    }
}
