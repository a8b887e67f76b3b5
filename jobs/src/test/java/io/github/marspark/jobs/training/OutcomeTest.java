package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.checkpoint.CheckpointPart;
import io.github.marspark.jobs.exchange.SoloExchange;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    private static final CheckpointPart PART = new CheckpointPart("shard-00000-of-00002.safetensors", 0, 3, 99, "ab");

    @Test
    void valueTravels() {
        Outcome<CheckpointPart> done = new Outcome.Done<>(PART);
        assertThat(Outcome.parse(done.toJson(), CheckpointPart.class)).isEqualTo(done);
        assertThat(done.failure()).isEmpty();
    }

    /** Neither an empty sentence nor one that looks like a value is taken for one. */
    @Test
    void everySentenceTravelsAsAFailure() {
        for (String sentence : new String[] {"", "{", "{\"file\": 1}", "done", "\"\\\n\t é ∑"}) {
            Outcome<CheckpointPart> failed = new Outcome.Failed<>(sentence);
            assertThat(Outcome.parse(failed.toJson(), CheckpointPart.class)).isEqualTo(failed);
            assertThat(failed.failure()).contains(new Outcome.Failed<>(sentence));
        }
    }

    @Test
    void longSentenceIsCutSoThatItTravelsWhole() {
        Outcome.Failed<Long> failed = new Outcome.Failed<>("\u0001".repeat(100_000));
        assertThat(failed.reason()).hasSize(Outcome.LONGEST);
        assertThat(failed.toJson().length()).isLessThan(16_000);
    }

    @Test
    void somethingElseIsRefused() {
        assertThatThrownBy(() -> Outcome.parse("", Long.class))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("another process' outcome is no JSON: ");
        assertThatThrownBy(() -> Outcome.parse("{\"outcome\":\"other\"}", Long.class))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void ranksAreToldInTheirOrder() {
        Outcome<Long> own = new Outcome.Failed<>("why");
        try (SoloExchange exchange = new SoloExchange(3)) {
            assertThat(Outcome.gather(exchange, 0, "test", own, Long.class)).containsExactly(own);
        }
    }
}
