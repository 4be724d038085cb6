package io.cairn.qmp.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.schema.QmpSchema;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

class EventHubTest {
    private final BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();
    private final EventHub hub =
            new EventHub(
                    QmpSchema.load(),
                    InstantSource.fixed(Instant.ofEpochSecond(1267020223, 435_656_000)));

    private static JsonObject failure(int sector) {
        return JsonObject.builder()
                .put("reference", "q")
                .put("sector-num", sector)
                .put("sectors-count", 1)
                .build();
    }

    @Test
    void tellsTheTimeAndLeavesNoDataOut() {
        hub.add(heard::add);
        hub.emit("BLOCK_EXPORT_DELETED", JsonObject.builder().put("id", "e").build());

        assertThat(Json.print(heard.remove()))
                .isEqualTo(
                        "{\"timestamp\": {\"seconds\": 1267020223, \"microseconds\": 435656},"
                                + " \"event\": \"BLOCK_EXPORT_DELETED\", \"data\": {\"id\":"
                                + " \"e\"}}");
    }

    @Test
    void sendsTheFirstAtOnceAndTheLastWhenTheSecondIsOver() throws Exception {
        hub.add(heard::add);
        for (int i = 0; i < 100; i++) {
            hub.emit("QUORUM_FAILURE", failure(i));
        }

        assertThat(Json.print(heard.take())).contains("\"sector-num\": 0");
        assertThat(Json.print(heard.take())).contains("\"sector-num\": 99");
        assertThat(heard).isEmpty();
        hub.close();
    }

    @Test
    void othersWaitForTheReplyUnlessTheCommandItselfTellsMore() throws Exception {
        hub.add(heard::add);

        try (EventHub.Answer _ = hub.beginAnswer()) {
            elsewhere(() -> hub.emit("RESUME"));
            assertThat(heard).isEmpty();
            hub.emit("STOP");
            elsewhere(() -> hub.emit("RESET", reset()));
            assertThat(heard).hasSize(2);
        }

        assertThat(heard.stream().map(event -> event.get("event")).map(String::valueOf))
                .containsExactly(
                        String.valueOf(JsonValue.of("RESUME")),
                        String.valueOf(JsonValue.of("STOP")),
                        String.valueOf(JsonValue.of("RESET")));
    }

    private static JsonObject reset() {
        return JsonObject.builder().put("guest", false).put("reason", "host-qmp-quit").build();
    }

    private static void elsewhere(Runnable action) throws InterruptedException {
        Thread other = Thread.ofPlatform().start(action);
        other.join();
    }

    @Test
    void knowsOnlyEventsOfTheSchema() {
        assertThatThrownBy(() -> hub.emit("NO_SUCH_EVENT"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
