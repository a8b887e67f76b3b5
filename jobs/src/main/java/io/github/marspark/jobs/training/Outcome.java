package io.github.marspark.jobs.training;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.exchange.Exchange;
import java.util.List;
import java.util.Optional;

/**
 * What came of something that a rank tried: a value, or the sentence that says why there is none.
 *
 * @param <T> of the value
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Outcome.Done.class, name = "done"),
    @JsonSubTypes.Type(value = Outcome.Failed.class, name = "failed")
})
sealed interface Outcome<T> {
    /** Longest sentence; a longer one is cut. */
    int LONGEST = 2000;

    /** It went well. */
    record Done<T>(T value) implements Outcome<T> {}

    /** It did not. */
    record Failed<T>(String reason) implements Outcome<T> {
        /** Cuts the sentence. */
        public Failed {
            reason = reason.substring(0, Math.min(LONGEST, reason.length()));
        }

        /** The same, of something that would have had another value. */
        <U> Failed<U> instead() {
            return new Failed<>(reason);
        }
    }

    /** Why there is no value. */
    default Optional<Failed<T>> failure() {
        return this instanceof Failed<T> failed ? Optional.of(failed) : Optional.empty();
    }

    /**
     * The value.
     *
     * @throws IllegalStateException saying why there is none
     */
    default T valueOrThrow() {
        if (this instanceof Done<T> done) {
            return done.value();
        }
        throw new IllegalStateException(failure().orElseThrow().reason());
    }

    /** As it travels between processes. */
    default String toJson() {
        try {
            return new ObjectMapper().writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an outcome cannot be written as JSON", e);
        }
    }

    /** Reads what {@link #toJson} wrote in another process of this program. */
    static <T> Outcome<T> parse(String json, Class<T> type) {
        ObjectMapper mapper = new ObjectMapper();
        try {
            return mapper.readValue(json, mapper.getTypeFactory().constructParametricType(Outcome.class, type));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("another process' outcome is no JSON: " + json, e);
        }
    }

    /**
     * Tells all ranks what came of it here.
     *
     * @param exchange with the others
     * @param step training step
     * @param phase what was tried, for messages
     * @param own outcome
     * @param type of the value
     * @return the outcomes of all ranks, in rank order
     */
    static <T> List<Outcome<T>> gather(Exchange exchange, long step, String phase, Outcome<T> own, Class<T> type) {
        return exchange.gatherText(step, phase, own.toJson()).stream()
                .map(json -> parse(json, type))
                .toList();
    }
}
