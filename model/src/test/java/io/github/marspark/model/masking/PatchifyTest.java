package io.github.marspark.model.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PatchifyTest {
    @Test
    void tokensEqualTheReference() {
        Npz misc = Fixtures.npz("misc");
        assertThat(misc.names()).anyMatch(name -> name.startsWith("patchify."));
        for (String name : misc.names()) {
            if (name.matches("patchify\\.p\\d+\\.in")) {
                int[] shape = misc.shape(name);
                int patch = Integer.parseInt(name.replaceAll("\\D", ""));
                Patchify patchify = new Patchify(shape[1], shape[2], shape[3], patch);
                float[] tokens = misc.floats(name.replace(".in", ".out"));
                assertThat(misc.shape(name.replace(".in", ".out")))
                        .containsExactly(shape[0], patchify.tokens(), patchify.tokenWidth());
                assertThat(patchify.patchify(misc.floats(name))).as(name).isEqualTo(tokens);
                assertThat(patchify.unpatchify(tokens)).as(name).isEqualTo(misc.floats(name));
            }
        }
    }

    @Test
    void trainingTokensEqualTheReference() {
        Npz train = Fixtures.npz("train");
        int[] shape = train.shape("in.latents");
        Patchify patchify = new Patchify(shape[1], shape[2], shape[3], Fixtures.model("patch_size"));
        assertThat(patchify.patchify(train.floats("in.latents"))).isEqualTo(train.floats("out.tokens"));
    }

    @Test
    void unpatchifyInvertsPatchifyForAnyShape() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            int patch = 1 + random.nextInt(4);
            Patchify patchify = new Patchify(
                    1 + random.nextInt(5), patch * (1 + random.nextInt(6)), patch * (1 + random.nextInt(6)), patch);
            float[] latents = new float[(1 + random.nextInt(3)) * patchify.tokens() * patchify.tokenWidth()];
            for (int i = 0; i < latents.length; i++) {
                latents[i] = random.nextFloat();
            }
            float[] tokens = patchify.patchify(latents);
            assertThat(patchify.unpatchify(tokens)).isEqualTo(latents);
            assertThat(patchify.patchify(patchify.unpatchify(tokens))).isEqualTo(tokens);
        }
    }

    @Test
    void refusesSizesThatDoNotFit() {
        assertThatThrownBy(() -> new Patchify(4, 16, 15, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("patch is 2, must divide the latent's height 16 and width 15");
        assertThatThrownBy(() -> new Patchify(0, 16, 16, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("channels is 0, must be at least 1");
        Patchify patchify = new Patchify(1, 2, 2, 2);
        assertThatThrownBy(() -> patchify.patchify(new float[6]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("latents has 6 values, must be a positive multiple of 1 x 2 x 2 = 4");
        assertThatThrownBy(() -> patchify.unpatchify(new float[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tokens has 0 values, must be a positive multiple of 1 x 2 x 2 = 4");
        assertThatThrownBy(() -> patchify.patchify(new float[] {0, 1, Float.NaN, 2}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("latents[2] is NaN, must be finite");
    }
}
