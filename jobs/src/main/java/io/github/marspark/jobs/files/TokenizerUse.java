package io.github.marspark.jobs.files;

import java.util.Optional;
import java.util.function.Function;

/**
 * Something that belongs to a tokenizer: latents, a checkpoint, or a folder that holds one. The one place where it is
 * decided whether two are of the same tokenizer.
 *
 * @param phrase what it is, to be read before the tokenizer's name, such as {@code latents was encoded by tokenizer}
 * @param fingerprint of the tokenizer
 */
public record TokenizerUse(String phrase, String fingerprint) {
    /**
     * In what this and another differ.
     *
     * @param other of a tokenizer, too
     * @return a sentence with the names of both; empty if they are of the same
     */
    public Optional<String> differenceFrom(TokenizerUse other) {
        return fingerprint.equals(other.fingerprint)
                ? Optional.empty()
                : Optional.of("%s %.12s…, %s %.12s…".formatted(phrase, fingerprint, other.phrase, other.fingerprint));
    }

    /**
     * Refuses two of different tokenizers.
     *
     * @param other of a tokenizer, too
     * @param remedy what to do, to be read behind the sentence
     * @param failure of the sentence
     */
    public <E extends RuntimeException> void requireSame(
            TokenizerUse other, String remedy, Function<String, E> failure) {
        differenceFrom(other).ifPresent(difference -> {
            throw failure.apply(difference + "; " + remedy);
        });
    }
}
