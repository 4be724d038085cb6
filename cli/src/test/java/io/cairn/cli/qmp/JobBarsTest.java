package io.cairn.cli.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;

import org.junit.jupiter.api.Test;

class JobBarsTest {
    private static final long SECOND = 1_000_000_000;

    private final JobBars bars = new JobBars();

    @Test
    void drawsThePartThatIsDone() throws Exception {
        assertThat(bars.draw(jobs("m0", "running", 25, 100), 0, 80))
                .containsExactly(
                        "m0 mirror running [##########..............................]  25.0%");
    }

    @Test
    void tellsTheSpeedSinceTheAnswerBefore() throws Exception {
        bars.draw(jobs("m0", "running", 0, 8L << 20), 5 * SECOND, 80);

        assertThat(bars.draw(jobs("m0", "running", 4L << 20, 8L << 20), 7 * SECOND, 80))
                .containsExactly(
                        "m0 mirror running [####################....................]  50.0% 2"
                                + " MiB/s");
    }

    @Test
    void aJobOfTheSameNameThatStartsAgainHasNoSpeedYet() throws Exception {
        bars.draw(jobs("m0", "running", 50, 100), 0, 80);

        assertThat(bars.draw(jobs("m0", "running", 10, 100), SECOND, 80).getFirst())
                .endsWith("  10.0%");
    }

    @Test
    void isFullOnlyWhenAllIsDone() throws Exception {
        assertThat(bars.draw(jobs("m0", "running", 99999, 100000), 0, 80).getFirst())
                .contains("#.]")
                .endsWith("  99.9%");
        assertThat(bars.draw(jobs("m0", "ready", 100000, 100000), 0, 80).getFirst())
                .contains("##]")
                .endsWith(" 100.0%");
    }

    @Test
    void fitsTheTerminal() throws Exception {
        assertThat(bars.draw(jobs("m0", "running", 50, 100), 0, 40))
                .containsExactly("m0 mirror running [######.......]  50.0%");
        assertThat(bars.draw(jobs("m0", "running", 50, 100), 0, 30))
                .containsExactly("m0 mirror running  50.0%");
        assertThat(bars.draw(jobs("m0", "running", 50, 100), 0, 5)).containsExactly("m0 mi");
        assertThat(bars.draw(jobs("m0", "running", 50, 100), 0, 0)).containsExactly("");
    }

    @Test
    void aJobThatHasNotCountedYetIsAtItsStart() throws Exception {
        assertThat(bars.draw(jobs("m0", "created", 0, 0), 0, 80).getFirst())
                .startsWith("m0 mirror created [....")
                .endsWith("   0.0%");
    }

    @Test
    void leavesOutWhatIsOver() throws Exception {
        assertThat(bars.draw(jobs("m0", "concluded", 100, 100), 0, 80)).isEmpty();
    }

    @Test
    void looksAgainOnlyWhileAJobMovesOn() throws Exception {
        assertThat(JobBars.isMoving(jobs("m0", "running", 0, 1))).isTrue();
        assertThat(JobBars.isMoving(jobs("m0", "ready", 1, 1))).isTrue();
        assertThat(JobBars.isMoving(jobs("m0", "paused", 0, 1))).isFalse();
        assertThat(JobBars.isMoving(jobs("m0", "concluded", 1, 1))).isFalse();
        assertThat(JobBars.isMoving((JsonArray) Json.parse("[]"))).isFalse();
    }

    private static JsonArray jobs(String id, String status, long current, long total)
            throws Exception {
        return (JsonArray)
                Json.parse(
                        "[{'id': '"
                                + id
                                + "', 'type': 'mirror', 'status': '"
                                + status
                                + "', 'current-progress': "
                                + current
                                + ", 'total-progress': "
                                + total
                                + "}]");
    }
}
