package io.github.marspark.data.latent;

import org.jspecify.annotations.Nullable;

/**
 * An image that the tokenizer has encoded, about to be written.
 *
 * @param id stable identity within its collection, such as the path relative to the source root
 * @param path where it was read from
 * @param label class index, or {@link LatentHeader#UNLABELLED}
 * @param labelName name of the class, null without a label
 * @param width columns of the original, in pixels
 * @param height rows of the original, in pixels
 * @param moments means, then log-variances, {@code (2 C, h, w)}; with codes the latents themselves, {@code (C, h, w)}
 * @param momentsMirror the same of the mirror image
 * @param codes ids of the codes of a quantised tokenizer, {@code (h w)}; empty where it has none
 * @param codesMirror the same of the mirror image
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; a list of boxed numbers would cost ten times the memory
public record EncodedImage(
        String id,
        String path,
        int label,
        @Nullable String labelName,
        int width,
        int height,
        float[] moments,
        float[] momentsMirror,
        int[] codes,
        int[] codesMirror) {
    /** An image by a tokenizer without codes. */
    public EncodedImage(
            String id,
            String path,
            int label,
            @Nullable String labelName,
            int width,
            int height,
            float[] moments,
            float[] momentsMirror) {
        this(id, path, label, labelName, width, height, moments, momentsMirror, new int[0], new int[0]);
    }
}
