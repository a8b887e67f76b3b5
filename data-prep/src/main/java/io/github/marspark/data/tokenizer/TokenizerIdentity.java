package io.github.marspark.data.tokenizer;

import java.util.Optional;

/**
 * Which tokenizer something was made with, as latents and checkpoints note it: the one answer to whether two are the same.
 *
 * @param fingerprint of the tokenizer, see {@link Tokenizer#fingerprint}; also one that an earlier version wrote, which
 *     covers the weights only
 * @param scale what its latents are multiplied by
 */
public record TokenizerIdentity(String fingerprint, double scale) {

    private static final int SHOWN_DIGITS = 12;

    /**
     * How another tokenizer differs from this one. A fingerprint of an earlier version is compared by what it covers, and by
     * the scale noted beside it.
     *
     * @param other the other
     * @return nothing if they are the same; else a clause such as {@code scale 0.2325 instead of 0.18}, where what this one
     *     has comes first
     */
    public Optional<String> differenceFrom(TokenizerIdentity other) {
        TokenizerFingerprint here = TokenizerFingerprint.parse(fingerprint);
        TokenizerFingerprint there = TokenizerFingerprint.parse(other.fingerprint);
        if (!here.weights().equals(there.weights())) {
            return Optional.of(
                    "weights %s instead of %s".formatted(shortened(here.weights()), shortened(there.weights())));
        }
        if (scale != other.scale) {
            return Optional.of("scale %s instead of %s, with the same weights".formatted(scale, other.scale));
        }
        return here.coversAll() && there.coversAll() && !here.equals(there)
                ? Optional.of("other sizes of the autoencoder, with the same weights and scale")
                : Optional.empty();
    }

    /**
     * Whether another is the same.
     *
     * @param other the other
     * @return whether there is no {@link #differenceFrom difference}
     */
    public boolean isSameAs(TokenizerIdentity other) {
        return differenceFrom(other).isEmpty();
    }

    private static String shortened(String digits) {
        return digits.length() <= SHOWN_DIGITS ? digits : digits.substring(0, SHOWN_DIGITS) + "…";
    }
}
