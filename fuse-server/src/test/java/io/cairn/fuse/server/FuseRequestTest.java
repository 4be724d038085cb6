package io.cairn.fuse.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;

class FuseRequestTest {
    @Test
    void readsTheArgumentsOfEachOperation() {
        assertThat(FuseRequest.parse(Message.read(1L << 40, 4096)))
                .isEqualTo(new FuseRequest.Read(1L << 40, 4096));
        assertThat(FuseRequest.parse(Message.write(512, new byte[3])))
                .isEqualTo(new FuseRequest.Write(512, 3));
        assertThat(FuseRequest.parse(Message.allocate(7, 9, 3)))
                .isEqualTo(new FuseRequest.Allocate(7, 9, 3));
        assertThat(FuseRequest.parse(Message.seek(11, 4))).isEqualTo(new FuseRequest.Seek(11, 4));
        assertThat(FuseRequest.parse(Message.init(7, 38, 0x29)))
                .isEqualTo(new FuseRequest.Init(7, 38, 131_072, 0x29));
        assertThat(FuseRequest.parse(Message.resize(77)))
                .isEqualTo(new FuseRequest.SetAttributes(FuseWire.SET_SIZE, 77, 0, 0, 0));
        assertThat(FuseRequest.parse(Message.changeMode(0640)))
                .isEqualTo(new FuseRequest.SetAttributes(FuseWire.SET_MODE, 0, 0640, 0, 0));
        assertThat(FuseRequest.parse(Message.changeOwner(5, 6)))
                .isEqualTo(new FuseRequest.SetAttributes(6, 0, 0, 5, 6));
    }

    @ParameterizedTest
    @CsvSource({
        "3, GET_ATTRIBUTES",
        "14, OPEN",
        "17, STATISTICS",
        "18, RELEASE",
        "20, FLUSH",
        "25, FLUSH",
        "38, DESTROY"
    })
    void knowsOperationsWithoutArguments(int operation, FuseRequest.Plain plain) {
        assertThat(FuseRequest.parse(Message.of(operation, 0))).isEqualTo(plain);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 42, 36})
    void answersNothingToWhatWantsNoAnswer(int operation) {
        assertThat(FuseRequest.parse(Message.of(operation, 0, 8)))
                .isInstanceOf(FuseRequest.Silent.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 22, 31, 34, 39, 47, 52, 4096, -1})
    void refusesWhatItDoesNotKnow(int operation) {
        assertThat(FuseRequest.parse(Message.of(operation, 64)))
                .isEqualTo(FuseRequest.Refused.UNKNOWN);
    }

    @Test
    void refusesOtherFilesThanTheRoot() {
        assertThat(FuseRequest.parse(Message.of(FuseWire.READ, 2, 40)))
                .isEqualTo(FuseRequest.Refused.NO_SUCH_FILE);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 15, 16, 26, 43, 46})
    void refusesMessagesThatAreCutOff(int operation) {
        for (int arguments = 0; arguments < 16; arguments++) {
            assertThat(FuseRequest.parse(Message.of(operation, arguments)))
                    .isEqualTo(FuseRequest.Refused.TOO_SHORT);
        }
    }

    @Test
    void refusesWritesThatClaimMoreThanHasCome() {
        ByteBuffer message = Message.write(0, new byte[100]);

        for (int claimed : new int[] {101, Integer.MAX_VALUE, -1}) {
            message.putInt(Message.at(16), claimed);
            assertThat(FuseRequest.parse(message)).isEqualTo(FuseRequest.Refused.TOO_SHORT);
        }
    }
}
