package io.github.marspark.jobs.files;

import io.github.marspark.data.tokenizer.TokenizerIdentity;
import java.util.Optional;
import java.util.function.Function;

/**
 * Something that belongs to a tokenizer: latents, a checkpoint, or a folder that holds one; refuses two of different
 * tokenizers in a sentence.
 *
 * @param phrase what it is, to be read before the tokenizer's name, such as {@code latents was encoded by tokenizer}
 * @param tokenizer which it is
 */
public record TokenizerUse(String phrase, TokenizerIdentity tokenizer) {
    /**
     * In what this and another differ.
     *
     * @param other of a tokenizer, too
     * @return a sentence with the names of both; empty if they are of the same
     */
    public Optional<String> differenceFrom(TokenizerUse other) {
        return tokenizer
                .differenceFrom(other.tokenizer)
                .map(difference -> "%s %.12s…, %s %.12s… (%s)"
                        .formatted(
                                phrase,
                                tokenizer.fingerprint(),
                                other.phrase,
                                other.tokenizer.fingerprint(),
                                difference));
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
