package io.github.marspark.data.tokenizer;

import io.github.marspark.model.autoencoder.CodeUsage;

/**
 * How a quantised tokenizer uses its codes, over the images it was measured on.
 *
 * @param places of these images; 0 if it was not measured
 * @param used codes that at least one place is nearest to
 * @param perplexity how many codes as frequent as each other would be as hard to guess
 */
public record CodesInUse(long places, int used, double perplexity) {
    /** Of a tokenizer that was not measured, or has no codes. */
    public static final CodesInUse UNKNOWN = new CodesInUse(0, 0, 0);

    /** As it was counted. */
    public static CodesInUse of(CodeUsage usage) {
        return new CodesInUse(usage.places(), usage.used(), usage.perplexity());
    }

    /** Whether there is anything known. */
    public boolean measured() {
        return places > 0;
    }
}
