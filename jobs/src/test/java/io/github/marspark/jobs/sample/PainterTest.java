package io.github.marspark.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.encode.PiecewiseEncoder;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.model.autoencoder.LatentDistribution;
import io.github.marspark.model.mar.KeptTokens;
import io.github.marspark.model.masking.Patchify;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PainterTest {
    @TempDir
    Path folder;

    /** The tokenizer's scale, 0.5, makes no rounding. */
    @Test
    void tokensOfAPictureAreThoseThatTrainingSeesWithoutNoise() {
        Recipe recipe = TinyDrawing.prepared(folder, "model.patch=2", "sample.iterations=2");
        byte[] samples = new byte[8 * 8 * RgbImage.CHANNELS];
        new Random(1).nextBytes(samples);
        RgbImage picture = new RgbImage(8, 8, samples);
        boolean[] kept = {true, false, true, true};
        KeptTokens tokens = Painter.open(recipe, 7).keep(picture, kept);
        Tokenizer tokenizer = TinyDrawing.tokenizer(recipe);
        Kernels kernels = new CpuKernels(new Threads(1));
        float[] moments = new PiecewiseEncoder(tokenizer.autoencoder(kernels), kernels, 8).encode(picture.normalized());
        float[] latents = new LatentDistribution(moments.length / 2)
                .sample(moments, new float[moments.length / 2], tokenizer.scale());
        assertThat(tokens.values()).isEqualTo(new Patchify(2, 4, 4, 2).patchify(latents));
        assertThat(tokens.kept()).isEqualTo(kept);
        assertThat(tokens.hidden()).isEqualTo(1);
    }

    @Test
    void tokensOfAPictureAreTheIdsThatTrainingSees() {
        Recipe recipe =
                TinyDrawing.prepared(folder, "model.loss=cross-entropy", "tokenizer.kind=vq", "tokenizer.codes=12");
        byte[] samples = new byte[8 * 8 * RgbImage.CHANNELS];
        new Random(1).nextBytes(samples);
        RgbImage picture = new RgbImage(8, 8, samples);
        KeptTokens tokens = Painter.open(recipe, 7).keep(picture, new boolean[16]);
        Kernels kernels = new CpuKernels(new Threads(1));
        PiecewiseEncoder encoder =
                new PiecewiseEncoder(TinyDrawing.tokenizer(recipe).autoencoder(kernels), kernels, 8);
        int[] ids = encoder.ids(encoder.encode(picture.normalized()));
        assertThat(ids).hasSize(16);
        for (int place = 0; place < ids.length; place++) {
            assertThat(tokens.values()[place]).isEqualTo(ids[place]);
        }
    }
}
