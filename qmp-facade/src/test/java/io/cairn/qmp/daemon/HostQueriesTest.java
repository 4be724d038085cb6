package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What clients ask about the daemon rather than about disks.
class HostQueriesTest {
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
    }

    @AfterEach
    void end() throws Exception {
        daemon.close();
    }

    @Test
    void tellsOfIothreadsWithWhatTheyWereMadeWith() throws Exception {
        daemon.execute("object-add", "'qom-type': 'iothread', 'id': 'a'");
        daemon.execute(
                "object-add",
                "'qom-type': 'iothread', 'id': 'b', 'poll-max-ns': 5, 'poll-grow': 2,"
                        + " 'poll-shrink': 3, 'aio-max-batch': 4");
        daemon.execute("object-add", "'qom-type': 'throttle-group', 'id': 'c'");

        assertThat(Json.print(daemon.execute("query-iothreads")))
                .containsPattern("\"poll-max-ns\": 5, \"id\": \"b\"")
                .containsPattern("\"poll-max-ns\": 32768, \"id\": \"a\"")
                .contains("\"poll-grow\": 2")
                .contains("\"poll-shrink\": 3")
                .contains("\"aio-max-batch\": 4")
                .contains("\"thread-id\": " + ProcessHandle.current().pid())
                .doesNotContain("\"c\"");
    }

    @Test
    void tellsOfOptionsByTheirNames() throws Exception {
        assertThat(options("'option': 'option-rom'"))
                .isEqualTo(
                        "[{\"parameters\": [{\"name\": \"romfile\", \"type\": \"string\"},"
                                + " {\"name\": \"bootindex\", \"type\": \"number\"}],"
                                + " \"option\": \"option-rom\"}]");
        assertThat(options("'option': 'drive'"))
                .contains("\"throttling.bps-total\"")
                .contains("\"name\": \"file\"")
                .doesNotContain("\"chardev\"");
        assertThat(options("")).contains("\"option\": \"drive\"", "\"option\": \"chardev\"");
        assertThat(daemon.fail("query-command-line-options", "'option': 'none'"))
                .isEqualTo("GenericError: invalid option name: none");
    }

    private String options(String arguments) throws Exception {
        return Json.print(daemon.execute("query-command-line-options", arguments));
    }

    @Test
    void knowsNoTraceEvents() throws Exception {
        assertThat(daemon.fail("trace-event-get-state", "'name': 'x'"))
                .isEqualTo("GenericError: unknown event \"x\"");
        assertThat(daemon.fail("trace-event-set-state", "'name': 'x', 'enable': true"))
                .isEqualTo("GenericError: unknown event \"x\"");
        assertThat(Json.print(daemon.execute("trace-event-get-state", "'name': 'x*'")))
                .isEqualTo("[]");
        assertThat(daemon.fail("trace-event-get-state", "'name': 'x', 'vcpu': 0"))
                .isEqualTo("GenericError: invalid vCPU index 0");
        daemon.execute("trace-event-set-state", "'name': 'x*', 'enable': true");
    }

    @Test
    void listsThePropertiesOfDevicesAndOfNothingElse() throws Exception {
        String properties =
                Json.print(daemon.execute("device-list-properties", "'typename': 'scsi-hd'"));
        assertThat(properties).contains("\"drive\"", "\"serial\"").doesNotContain("\"chassis\"");
        assertThat(daemon.fail("device-list-properties", "'typename': 'iothread'"))
                .isEqualTo("GenericError: Parameter 'typename' expects a non-abstract device type");
        assertThat(daemon.fail("device-list-properties", "'typename': 'x'"))
                .isEqualTo("DeviceNotFound: Device 'x' not found");
    }

    @Test
    void reopensOneNodeUnderTheOlderName() throws Exception {
        daemon.execute("blockdev-add", "'driver': 'null-co', 'node-name': 'n'");

        daemon.execute(
                "x-blockdev-reopen", "'driver': 'null-co', 'node-name': 'n', 'read-only': true");

        assertThat(Json.print(daemon.execute("query-named-block-nodes"))).contains("\"ro\": true");
    }
}
