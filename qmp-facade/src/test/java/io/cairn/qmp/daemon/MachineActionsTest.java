package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.option.JsonObject;
import io.cairn.qmp.device.MachineType;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/// What resets and ends of the machine come to. States, events and texts are those of QEMU 7.2.
class MachineActionsTest {
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
        daemon.daemon.service().machine().setType(MachineType.NONE);
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private String state() throws Exception {
        return TestDaemon.text((JsonObject) daemon.execute("query-status"), "status");
    }

    private void reset() {
        try {
            daemon.execute("system_reset");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aResetEndsTheMachineWhereItIsToldTo() throws Exception {
        daemon.daemon.setActions("reboot=shutdown");

        // The answer comes when all is closed.
        Thread client = Thread.startVirtualThread(this::reset);
        daemon.daemon.service().awaitQuit();
        daemon.close();

        client.join();
        assertThat(daemon.awaitEvent("SHUTDOWN", "reason", "host-qmp-system-reset")).isNotNull();
    }

    @Test
    void nothingBehindTheCommandThatEndsItIsCarriedOut() throws Exception {
        daemon.daemon.setActions("reboot=shutdown");
        LocalStream client = new LocalStream();
        daemon.serve(client);

        client.send("{'execute':'qmp_capabilities'}\n{'execute':'system_reset'}\n");
        client.send("{'execute':'query-status'}\n{'execute':'quit'}\n");
        daemon.daemon.service().awaitQuit();
        daemon.close();

        assertThat(List.of(client.line(), client.line(), client.line(), client.line()))
                .satisfiesExactly(
                        greeting -> assertThat(greeting).contains("QMP"),
                        negotiated -> assertThat(negotiated).contains("return"),
                        event -> assertThat(event).contains("SHUTDOWN", "host-qmp-system-reset"),
                        reset -> assertThat(reset).contains("return"));
        assertThat(client.waiting()).isZero();
    }

    @Test
    void refusesActionsThatThereAreNot() {
        assertThatThrownBy(() -> daemon.daemon.setActions("foo=shutdown"))
                .hasMessage("Invalid parameter 'foo'");
        assertThatThrownBy(() -> daemon.daemon.setActions("reboot=nope"))
                .hasMessage("Parameter 'reboot' does not accept value 'nope'");
    }

    @Test
    void aMachineThatPausesAtItsEndGoesOnAfterAReset() throws Exception {
        daemon.execute("set-action", "'reboot':'shutdown','shutdown':'pause'");

        daemon.execute("system_reset");

        assertThat(daemon.daemon.service().isQuitting()).isFalse();
        assertThat(state()).isEqualTo("shutdown");
        assertThat(daemon.fail("cont", "")).contains("Resetting the Virtual Machine is required");
        daemon.execute("set-action", "'reboot':'reset'");
        daemon.execute("system_reset");
        assertThat(state()).isEqualTo("prelaunch");
        daemon.execute("cont");
        assertThat(state()).isEqualTo("running");
    }
}
