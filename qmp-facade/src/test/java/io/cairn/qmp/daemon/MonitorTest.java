package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.Workers;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.protocol.ProtocolDrivers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

/// What every monitor does. The expectations are what qemu-storage-daemon 7.2 answers.
class MonitorTest {
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private LocalStream connect() {
        LocalStream stream = new LocalStream();
        daemon.serve(stream);
        return stream;
    }

    private static String error(String text) {
        return "{\"error\": {\"class\": \"GenericError\", \"desc\": \"" + text + "\"}}";
    }

    @Test
    void greetsAndThenTakesNothingButTheNegotiation() throws Exception {
        LocalStream client = connect();

        assertThat(client.line())
                .matches(
                        "\\{\"QMP\": \\{\"version\": \\{\"qemu\": \\{\"micro\": \\d+, \"minor\": 2,"
                                + " \"major\": 7}, \"package\": \"cairn.*\"},"
                                + " \"capabilities\": \\[\"oob\"]}}");
        client.send("{\"execute\":\"query-jobs\",\"id\":5}{\"execute\":\"nope\"}");
        String expecting =
                "\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"Expecting capabilities"
                        + " negotiation with 'qmp_capabilities'\"}}";
        assertThat(client.line()).isEqualTo("{\"id\": 5, " + expecting);
        assertThat(client.line()).isEqualTo("{" + expecting);
        client.send("{\"execute\":\"qmp_capabilities\",\"id\":{\"a\":[1,2.5,null]}}");
        assertThat(client.line()).isEqualTo("{\"return\": {}, \"id\": {\"a\": [1, 2.5, null]}}");
    }

    @Test
    void negotiatesOnce() throws Exception {
        assertThat(daemon.fail("qmp_capabilities", ""))
                .isEqualTo(
                        "CommandNotFound: Capabilities negotiation is already complete, command"
                                + " ignored");
        assertThat(daemon.fail("qmp_capabilities", "'enable': ['x']"))
                .isEqualTo("GenericError: Parameter 'null' does not accept value 'x'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'execute':1}|QMP input member 'execute' must be a string",
                "{'execute':'query-version','foo':1}|QMP input member 'foo' is unexpected",
                "{'execute':'query-jobs','arguments':[]}"
                        + "|QMP input member 'arguments' must be an object",
                "{'execute':'query-jobs','arguments':{'x':1}}|Parameter 'x' is unexpected",
                "{'exec-oob':'query-jobs'}|QMP input member 'exec-oob' is unexpected",
                "{}|QMP input lacks member 'execute'",
                "[]|QMP input must be a JSON object",
                "null|QMP input must be a JSON object",
                "]|JSON parse error, expecting value",
            })
    void tellsWhatIsWrongWithARequest(String request, String problem) throws Exception {
        daemon.client.send(request + "\n");

        assertThat(daemon.client.line()).isEqualTo(error(problem));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "blockdev-del||Parameter 'node-name' is missing",
                "blockdev-del|'node-name':1"
                        + "|Invalid parameter type for 'node-name', expected: string",
                "blockdev-del|'node-name':'x','b':1|Parameter 'b' is unexpected",
                "block-job-set-speed|'device':'a','speed':1.5"
                        + "|Invalid parameter type for 'speed', expected: integer",
                "block-job-set-speed|'device':'a','speed':18446744073709551615"
                        + "|Invalid parameter type for 'speed', expected: integer",
                "block-job-set-speed|'device':'a','speed':null"
                        + "|Invalid parameter type for 'speed', expected: integer",
                "blockdev-add|'driver':'qcow2','node-name':'x','file':1"
                        + "|Invalid parameter type for 'file', expected: BlockdevRef",
                "blockdev-add|'driver':'foo'|Parameter 'driver' does not accept value 'foo'",
                "blockdev-add|'driver':'qcow2','file':{'driver':'foo'}"
                        + "|Parameter 'driver' does not accept value 'foo'",
                "blockdev-add|'driver':'raw','file':{'driver':'file'}"
                        + "|Parameter 'file.filename' is missing",
                "blockdev-add|'driver':'quorum','vote-threshold':1,'children':[1]"
                        + "|Invalid parameter type for 'null', expected: BlockdevRef",
                "blockdev-add|'driver':'null-co','cache':{'foo':1}"
                        + "|Parameter 'cache.foo' is unexpected",
                "blockdev-add|'driver':'null-co','read-only':1"
                        + "|Invalid parameter type for 'read-only', expected: boolean",
                "blockdev-add|'driver':'null-co'"
                        + "|'node-name' must be specified for the root node",
            })
    void tellsWhatIsWrongWithArguments(String command, String arguments, String problem)
            throws Exception {
        assertThat(daemon.fail(command, arguments == null ? "" : arguments))
                .isEqualTo("GenericError: " + problem);
    }

    @Test
    void answersOutOfBandOnlyWhatMayBe() throws Exception {
        LocalStream client = connect();
        client.line();
        client.send("{'execute':'qmp_capabilities','arguments':{'enable':['oob']}}");
        client.line();

        client.send("{'exec-oob':'query-jobs','id':1}");
        assertThat(client.line()).contains("\"id\": 1", "query-jobs does not support OOB");
        client.send("{'exec-oob':'query-jobs','execute':'x','id':2}");
        assertThat(client.line()).contains("clashes with");
        client.send("{'execute':'query-jobs','id':3}");
        assertThat(client.line()).isEqualTo("{\"return\": [], \"id\": 3}");
    }

    @Test
    void answersManyRequestsInOrder() throws Exception {
        StringBuilder requests = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            requests.append("{'execute':'query-jobs','id':").append(i).append('}');
            expected.add("{\"return\": [], \"id\": " + i + "}");
        }
        daemon.client.send(requests.toString());

        List<String> got = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            got.add(daemon.client.line());
        }
        assertThat(got).isEqualTo(expected);
    }

    @Test
    void tellsTheReasonWhyAJobIsNotThere() throws Exception {
        assertThat(daemon.fail("job-pause", "'id':'x'")).isEqualTo("GenericError: Job not found");
        assertThat(daemon.fail("block-job-pause", "'device':'x'"))
                .isEqualTo("DeviceNotActive: Block job 'x' not found");
    }

    /// Clients that come early see all that the command line makes.
    @Test
    void carriesOutNothingBeforeTheDaemonHasStarted() throws Exception {
        DriverRegistry drivers = new DriverRegistry(List.of(new ProtocolDrivers()));
        LocalStream client = new LocalStream();
        StorageDaemon starting = new StorageDaemon(new BlockGraph(drivers));
        try {
            Workers.startDaemon(
                    "early monitor", () -> starting.monitor(client, "early", false).run());
            assertThat(client.line()).startsWith("{\"QMP\"");
            client.send("{'execute':'qmp_capabilities'}{'execute':'query-named-block-nodes'}");
            starting.addNode("null-co,node-name=n");
            starting.start();

            assertThat(client.line()).isEqualTo("{\"return\": {}}");
            assertThat(client.line()).contains("\"node-name\": \"n\"");
        } finally {
            client.shutdown();
            starting.close();
        }
    }
}
