package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.InvalidOptionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketEndpointTest {
    @Test
    void takesTheWholeRangeOfVirtualMachinesNumbers() throws InvalidOptionException {
        assertThat(SocketEndpoint.Vsock.parse("4294967295", "0"))
                .isEqualTo(new SocketEndpoint.Vsock(0xffff_ffffL, 0))
                .hasToString("4294967295:0");
    }

    /// In the peer's words.
    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "0x2", "4294967296"})
    void namesTheNumberThatIsNone(String text) {
        assertThatThrownBy(() -> SocketEndpoint.Vsock.parse(text, "1"))
                .hasMessage("Failed to parse cid '%s'", text);
        assertThatThrownBy(() -> SocketEndpoint.Vsock.parse("1", text))
                .hasMessage("Failed to parse port '%s'", text);
    }
}
