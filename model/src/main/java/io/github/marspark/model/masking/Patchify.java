package io.github.marspark.model.masking;

/**
 * Cuts latents into tokens and joins them again. A token is a square patch: its position counts patches row by row, its
 * elements run over channel, row within the patch, column within the patch. Immutable and thread-safe.
 *
 * <p>{@code B} latents, {@code C} channels, {@code h} by {@code w} values; {@code L = h/p · w/p} tokens of
 * {@code D = C p²} values.
 *
 * @param channels {@code C}
 * @param height {@code h}
 * @param width {@code w}
 * @param patch {@code p}, the side of a patch
 */
public record Patchify(int channels, int height, int width, int patch) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException when one is not positive or the patch does not divide height and width
     */
    public Patchify {
        requirePositive("channels", channels);
        requirePositive("height", height);
        requirePositive("width", width);
        requirePositive("patch", patch);
        if (height % patch != 0 || width % patch != 0) {
            throw new IllegalArgumentException(
                    "patch is %s, must divide the latent's height %s and width %s".formatted(patch, height, width));
        }
    }

    /**
     * The number of tokens of a latent.
     *
     * @return {@code L}
     */
    public int tokens() {
        return (height / patch) * (width / patch);
    }

    /**
     * The width of a token.
     *
     * @return {@code D}
     */
    public int tokenWidth() {
        return channels * patch * patch;
    }

    /**
     * Cuts latents into tokens.
     *
     * @param latents {@code (B, C, h, w)}, float32
     * @return tokens, {@code (B, L, D)}, float32
     * @throws IllegalArgumentException when the length is no multiple of {@code C h w} or a value is not finite
     */
    public float[] patchify(float[] latents) {
        requireFinite(latents);
        float[] tokens = new float[requireSamples("latents", latents)];
        for (int i = 0; i < latents.length; i++) {
            tokens[tokenIndex(i)] = latents[i];
        }
        return tokens;
    }

    /**
     * Joins tokens to latents, the inverse of {@link #patchify}.
     *
     * @param tokens {@code (B, L, D)}, float32
     * @return latents, {@code (B, C, h, w)}, float32
     * @throws IllegalArgumentException when the length is no multiple of {@code L D}
     */
    public float[] unpatchify(float[] tokens) {
        float[] latents = new float[requireSamples("tokens", tokens)];
        for (int i = 0; i < latents.length; i++) {
            latents[i] = tokens[tokenIndex(i)];
        }
        return latents;
    }

    /** Where the element of {@code (B, C, h/p, p, w/p, p)} lies in {@code (B, h/p, w/p, C, p, p)}. */
    private int tokenIndex(int latentIndex) {
        int column = latentIndex % width;
        int row = latentIndex / width % height;
        int channel = latentIndex / (width * height) % channels;
        int sample = latentIndex / (width * height * channels);
        int token = (row / patch) * (width / patch) + column / patch;
        int element = (channel * patch + row % patch) * patch + column % patch;
        return (sample * tokens() + token) * tokenWidth() + element;
    }

    private int requireSamples(String name, float[] values) {
        int sample = channels * height * width;
        if (values.length == 0 || values.length % sample != 0) {
            throw new IllegalArgumentException("%s has %s values, must be a positive multiple of %s x %s x %s = %s"
                    .formatted(name, values.length, channels, height, width, sample));
        }
        return values.length;
    }

    private static void requireFinite(float[] latents) {
        for (int i = 0; i < latents.length; i++) {
            if (!Float.isFinite(latents[i])) {
                throw new IllegalArgumentException("latents[" + i + "] is " + latents[i] + ", must be finite");
            }
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }
}
