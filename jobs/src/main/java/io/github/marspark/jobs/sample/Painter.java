package io.github.marspark.jobs.sample;

import io.github.marspark.data.image.Filmstrip;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.SampleRecipe;
import io.github.marspark.jobs.recipe.SampledWeights;
import io.github.marspark.jobs.runtime.Device;
import io.github.marspark.model.autoencoder.Autoencoder;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.Respacing;
import io.github.marspark.model.diffusion.SamplingOptions;
import io.github.marspark.model.mar.GenerationNoise;
import io.github.marspark.model.mar.GenerationWatcher;
import io.github.marspark.model.mar.KeptTokens;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarGenerator;
import io.github.marspark.model.mar.MarNetwork;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.TaskContext;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Draws images of given classes: tokens by the network, pixels by the tokenizer. Runs on executors; used by one thread.
 *
 * <p>An image is a function of the recipe's sampling seed and the image's number alone, not of the batch it is drawn in
 * nor of who draws it, but for the rounding of sums.
 */
public final class Painter {
    private final MarConfig config;
    private final MarNetwork network;
    private final GaussianDiffusion diffusion;
    private final SampleRecipe sample;
    private final MarGenerator generator;
    private final TokenSpace space;
    private final Kernels kernels;
    private final Autoencoder autoencoder;
    private final Draws draws;
    private final int lastIteration;

    /**
     * A painter.
     *
     * @param parameters of the network, those of the last step or their moving average
     */
    Painter(Recipe recipe, INDArray parameters, Tokenizer tokenizer, Kernels kernels) {
        this.config = RecipeNetwork.config(recipe);
        this.kernels = kernels;
        this.autoencoder = tokenizer.autoencoder(kernels);
        this.draws = new Draws(recipe.sample().seed());
        this.lastIteration = recipe.sample().iterations();
        Parameters named = new Parameters(MarParameters.layout(config), parameters, parameters).on(kernels);
        this.network = new MarNetwork(config, named::variable);
        this.diffusion = diffusion(recipe);
        this.sample = recipe.sample();
        this.generator = new MarGenerator(network, kernels, diffusion, options(lastIteration));
        this.space = config.design().hasIds()
                ? new TokenSpace.Ids(autoencoder.codebook(), config.tokens(), kernels.threads())
                : TokenSpace.Numbers.of(config, tokenizer.scale());
    }

    /**
     * A painter by a checkpoint and its tokenizer, in a task of Spark on its cores, else on one.
     *
     * @param recipe complete and checked
     * @param step of the checkpoint
     */
    public static Painter open(Recipe recipe, long step) {
        CheckpointReader checkpoint = CheckpointReader.at(new CheckpointFolder(recipe.checkpoints()), step);
        INDArray parameters =
                recipe.sample().weights() == SampledWeights.EMA ? checkpoint.average() : checkpoint.parameters();
        Tokenizer tokenizer = TokenizerFolder.open(recipe.tokenizerFolder());
        int threads = TaskContext.get() == null ? 1 : TaskContext.get().cpus();
        return new Painter(
                recipe,
                parameters,
                tokenizer,
                Device.choose(new Threads(threads)).kernels());
    }

    private static GaussianDiffusion diffusion(Recipe recipe) {
        return GaussianDiffusion.of(RecipeNetwork.noise(recipe), GaussianDiffusion.TRAINING_STEPS)
                .respaced(new Respacing(recipe.sample().diffusionSteps()));
    }

    private MarGenerator.Options options(int iterations) {
        double clamp = sample.clamp() == 0 ? Double.POSITIVE_INFINITY : sample.clamp();
        return new MarGenerator.Options(
                iterations,
                sample.guidance(),
                sample.guidanceSchedule(),
                new SamplingOptions(sample.temperature(), clamp));
    }

    /**
     * Draws one image a label.
     *
     * @param first number of the first image
     * @param labels of the images, in order
     * @return the images
     */
    List<RgbImage> paint(long first, int[] labels) {
        return images(generator.generate(labels, GenerationNoise.of(draws, first)));
    }

    /**
     * Draws one image a label, and shows how the first of them came to be.
     *
     * @param first number of the first image
     * @param labels of the images, in order
     * @param films of the first images; each gets a state after every so many iterations, and the last
     * @param every so many iterations
     * @return the images
     */
    List<RgbImage> paint(long first, int[] labels, List<Filmstrip> films, int every) {
        GenerationWatcher watcher = (iterations, values, known) -> {
            if (iterations % every == 0 || iterations == lastIteration) {
                addStates(films, values, known);
            }
        };
        return images(generator.generate(labels, GenerationNoise.of(draws, first), watcher));
    }

    /**
     * The tokens of a picture, some of which are to be kept.
     *
     * @param picture of the network's images' size
     * @param kept whether each token is, {@code (L)}, row by row
     */
    public KeptTokens keep(RgbImage picture, boolean[] kept) {
        float[] moments = autoencoder.encode(kernels, picture.normalized(), picture.height(), picture.width());
        return new KeptTokens(space.tokens(autoencoder.means(moments, 1)), kept);
    }

    /**
     * Draws an image around what is kept of a picture, in as many iterations as the recipe says, or one a token where fewer
     * tokens are drawn.
     *
     * @param number of the image
     * @param label its class, or -1 for none
     * @param kept tokens of the picture
     */
    public RgbImage paint(long number, int label, KeptTokens kept) {
        MarGenerator around =
                new MarGenerator(network, kernels, diffusion, options(Math.min(lastIteration, kept.hidden())), kept);
        return images(around.generate(new int[] {label}, GenerationNoise.of(draws, number)))
                .get(0);
    }

    private void addStates(List<Filmstrip> films, float[] tokens, boolean[] known) {
        float[] begun = Arrays.copyOf(tokens, films.size() * config.tokens() * config.tokenSize());
        for (int i = 0; i < begun.length; i++) {
            begun[i] = known[i / config.tokenSize()] ? begun[i] : 0;
        }
        List<RgbImage> images = images(begun);
        for (int i = 0; i < films.size(); i++) {
            films.get(i).add(images.get(i), Arrays.copyOfRange(known, i * config.tokens(), (i + 1) * config.tokens()));
        }
    }

    /** The images of tokens {@code (B L, D)}. */
    private List<RgbImage> images(float[] tokens) {
        float[] latents = space.latents(tokens);
        int side = autoencoder.config().resolution();
        int values = autoencoder.config().imageValues();
        float[] pixels = autoencoder.decode(kernels, latents); // (B, C, H, W)
        List<RgbImage> images = new ArrayList<>();
        for (int start = 0; start < pixels.length; start += values) {
            images.add(RgbImage.fromNormalized(Arrays.copyOfRange(pixels, start, start + values), side, side));
        }
        return images;
    }
}
