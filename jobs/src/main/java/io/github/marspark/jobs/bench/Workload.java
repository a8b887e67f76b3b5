package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.random.Draws;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A network and how much of it is measured at once.
 *
 * @param name as written after {@code config=}
 * @param text what its recipe says otherwise than the defaults, which are those of MAR-B
 * @param batch images a training step, of each executor
 * @param maskRate share of the tokens that are hidden in the step that is measured
 * @param samples images that are sampled together
 */
record Workload(String name, String text, int batch, double maskRate, int samples) {
    private static final List<Workload> ALL = List.of(tiny(), demo(), small(), base());

    /** The network of the recorded reference values. */
    private static Workload tiny() {
        return new Workload("tiny", """
                data { image-size = 4, classes = 10 }
                tokenizer { multipliers = [1], attention-resolutions = [], latent-channels = 4 }
                model {
                  width = 32, encoder-depth = 2, decoder-depth = 2, heads = 4, buffer = 4, dropout = 0
                  diffusion-batch-multiplier = 2, head { width = 32, depth = 2 }
                }
                sample.iterations = 4
                """, 3, 0.83, 2);
    }

    /** The network and tokenizer of the demo. */
    private static Workload demo() {
        return new Workload("demo", """
                data { image-size = 32, classes = 10 }
                tokenizer {
                  width = 16, multipliers = [1, 2, 2], residual-blocks = 1, attention-resolutions = []
                  latent-channels = 4, groups = 8
                }
                model {
                  patch = 2, width = 128, encoder-depth = 3, decoder-depth = 3, heads = 4, buffer = 4, dropout = 0
                  mask-ratio-min = 0.02, mask-ratio-deviation = 0.5, head { width = 256, depth = 3 }
                }
                sample.iterations = 16
                """, 64, 0.85, 64);
    }

    private static Workload small() {
        return new Workload("small", """
                data { image-size = 8, classes = 10 }
                tokenizer { multipliers = [1], attention-resolutions = [], latent-channels = 16 }
                model {
                  width = 384, encoder-depth = 6, decoder-depth = 6, heads = 6, buffer = 16
                  head { width = 384, depth = 3 }
                }
                sample.iterations = 16
                """, 64, 0.85, 16);
    }

    private static Workload base() {
        return new Workload("base", "data { image-size = 256, classes = 1000 }", 2, 0.85, 2);
    }

    /** The same network with another number of images a step. */
    Workload withBatch(int images) {
        return new Workload(name, text, images, maskRate, samples);
    }

    /** A training of it on so many executors. */
    Recipe recipe(int executors) {
        return Recipes.parse(
                text,
                "the workload " + name,
                Map.of(
                        "name", name,
                        "train.global-batch", "" + executors * batch,
                        "train.largest-batch", "" + batch,
                        "train.streams", "" + executors));
    }

    /** The sizes of its network. */
    MarConfig config() {
        return RecipeNetwork.config(recipe(1));
    }

    /** The first step of its training that hides as many tokens as are to be hidden where a step is measured. */
    long typicalStep() {
        MarConfig config = config();
        Draws draws = new Draws(recipe(1).seed());
        MaskRate rates = config.maskRate();
        int wanted = Masking.count(config.tokens(), maskRate);
        return LongStream.iterate(0, step -> step + 1)
                .filter(step -> Masking.count(config.tokens(), draws.maskRate(step, rates)) == wanted)
                .findFirst()
                .orElseThrow();
    }

    /**
     * A workload by its name.
     *
     * @throws UsageException if there is none
     */
    static Workload of(String name) {
        return ALL.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException("config is %s, must be one of %s"
                        .formatted(name, ALL.stream().map(Workload::name).collect(Collectors.joining(", ")))));
    }
}
