package io.github.marspark.jobs.evaluation;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.model.autoencoder.Autoencoder;
import io.github.marspark.model.tensor.Kernels;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a tokenizer makes of images: each is encoded, and decoded from the means of its latents, or the codes nearest to them.
 * Travels to executors.
 *
 * @param folder of the tokenizer
 * @param fingerprint of the tokenizer that was there when the job began
 */
record Reconstruction(String folder, String fingerprint) implements Serializable {
    /** Of the tokenizer in a folder. */
    static Reconstruction by(String folder) {
        return new Reconstruction(folder, TokenizerFolder.open(folder).fingerprint());
    }

    /** Opens the tokenizer in a task. */
    Maker open(Kernels kernels) {
        Tokenizer tokenizer = TokenizerFolder.open(folder);
        if (!tokenizer.fingerprint().equals(fingerprint)) {
            throw new IllegalStateException(
                    "%s holds another tokenizer than when the job began; start the job again".formatted(folder));
        }
        return new Maker(tokenizer.autoencoder(kernels), kernels);
    }

    /** Reconstructs images; used by one thread. */
    record Maker(Autoencoder autoencoder, Kernels kernels) {
        List<RgbImage> of(List<RgbImage> originals) {
            int height = originals.get(0).height();
            int width = originals.get(0).width();
            int values = originals.get(0).samples().length;
            float[] images = new float[originals.size() * values]; // (B, 3, H, W)
            for (int i = 0; i < originals.size(); i++) {
                System.arraycopy(originals.get(i).normalized(), 0, images, i * values, values);
            }
            float[] moments = autoencoder.encode(kernels, images, height, width);
            float[] latents = autoencoder.means(moments, originals.size());
            float[] pixels = autoencoder.decode(kernels, latents, height, width);
            List<RgbImage> made = new ArrayList<>();
            for (int start = 0; start < pixels.length; start += values) {
                made.add(RgbImage.fromNormalized(Arrays.copyOfRange(pixels, start, start + values), height, width));
            }
            return made;
        }
    }
}
