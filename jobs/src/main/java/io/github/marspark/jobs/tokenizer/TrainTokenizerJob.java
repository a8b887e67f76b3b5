package io.github.marspark.jobs.tokenizer;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.RecipeCommand;
import io.github.marspark.jobs.TokenizerFolder;
import io.github.marspark.jobs.recipe.DataRecipe;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.TokenizerRecipe;
import io.github.marspark.model.autoencoder.AutoencoderStep;
import io.github.marspark.model.autoencoder.AutoencoderTrainer;
import io.github.marspark.model.autoencoder.AutoencoderTraining;
import io.github.marspark.model.autoencoder.ReconstructionQuality;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.optimization.LearningRate;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.random.Purpose;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Trains the autoencoder between images and latents, on the driver's processor. */
public final class TrainTokenizerJob implements RecipeCommand {
    private static final double CLIP_NORM = 1;
    private static final int MEASURED = 2000;
    private static final long HELD_OUT = 1;

    @Override
    public String name() {
        return "train-tokenizer";
    }

    @Override
    public String summary() {
        return "trains the autoencoder between images and latents, and measures the scale of its latents";
    }

    @Override
    public List<String> keys() {
        return List.of("images", "data", "tokenizer", "tokenizer-folder", "seed");
    }

    @Override
    public Set<String> required() {
        return Set.of("images");
    }

    @Override
    public void run(Recipe recipe, Set<String> options, PrintStream out) {
        String folder = recipe.tokenizerFolder();
        TrainedFor trained = new TrainedFor(recipe);
        if (trained.isDone()) {
            out.printf("%s already holds this tokenizer; nothing to train%n", folder);
            return;
        }
        ImageFiles files = ImageFiles.below(recipe.images(), recipe.data().imageSize());
        int[] order =
                new Draws(recipe.seed()).stream(Purpose.SHUFFLE, 0, HELD_OUT, 0).permutation(files.count());
        ImageFiles.Split split = files.split(order, heldOut(recipe.data(), files.count()));
        AutoencoderTrainer trainer = new AutoencoderTrainer(
                RecipeAutoencoder.config(recipe),
                training(recipe),
                files.source(split.training()),
                new CpuKernels(Threads.all()));
        out.printf(
                "training a tokenizer on %,d image files, %,d held out%n",
                split.training().length, split.isApart() ? split.heldOut().length : 0);
        train(trainer, recipe.tokenizer(), out);
        trained.write();
        finish(trainer, files, split, folder, out);
    }

    private static int heldOut(DataRecipe data, int count) {
        return Math.max(1, (int) Math.round(count * data.validationShare()));
    }

    private static AutoencoderTraining training(Recipe recipe) {
        TokenizerRecipe tokenizer = recipe.tokenizer();
        return new AutoencoderTraining(
                tokenizer.reconstructionLoss(),
                tokenizer.klWeight(),
                AutoencoderTraining.ADAM,
                new LearningRate.Constant(tokenizer.learningRate(), tokenizer.warmupSteps()),
                new GradientClipping(CLIP_NORM),
                tokenizer.batch(),
                recipe.seed());
    }

    private static void train(AutoencoderTrainer trainer, TokenizerRecipe recipe, PrintStream out) {
        long start = System.nanoTime();
        long shown = start;
        for (int done = 1; done <= recipe.steps(); done++) {
            AutoencoderStep step = trainer.step();
            long now = System.nanoTime();
            if (now - shown > 5_000_000_000L || done == recipe.steps()) {
                shown = now;
                double seconds = (now - start) / 1e9;
                out.printf(
                        "tokenizer step %d of %d  loss %.4f  reconstruction %.4f  %.1f images/s  %.0f s left%n",
                        done,
                        recipe.steps(),
                        step.loss(),
                        step.reconstruction(),
                        done * recipe.batch() / seconds,
                        seconds / done * (recipe.steps() - done));
            }
        }
    }

    private static void finish(
            AutoencoderTrainer trainer, ImageFiles files, ImageFiles.Split split, String folder, PrintStream out) {
        ReconstructionQuality quality = trainer.measure(files.source(split.heldOut()));
        int[] training = split.training();
        double deviation =
                trainer.latentDeviation(files.source(Arrays.copyOf(training, Math.min(MEASURED, training.length))));
        Tokenizer tokenizer = new Tokenizer(
                trainer.autoencoder().config(), trainer.parameters().values(), 1 / deviation);
        TokenizerFolder.save(tokenizer, folder);
        out.printf(
                "tokenizer %.12s in %s: on %,d %s images mean error %.4f, PSNR %.2f dB; latent scale %.4f%n",
                tokenizer.fingerprint(),
                folder,
                quality.images(),
                split.isApart() ? "held-out" : "training",
                quality.meanAbsolute(),
                quality.decibels(),
                tokenizer.scale());
    }
}
