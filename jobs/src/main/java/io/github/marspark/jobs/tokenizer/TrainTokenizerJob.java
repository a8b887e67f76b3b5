package io.github.marspark.jobs.tokenizer;

import io.github.marspark.data.tokenizer.CodesInUse;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.ListedImages;
import io.github.marspark.jobs.images.TrainingImages;
import io.github.marspark.jobs.latents.CodeReport;
import io.github.marspark.jobs.recipe.DataRecipe;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeSchedule;
import io.github.marspark.jobs.recipe.TokenizerRecipe;
import io.github.marspark.jobs.runtime.Device;
import io.github.marspark.jobs.runtime.ProgressLine;
import io.github.marspark.jobs.runtime.SparkSessions;
import io.github.marspark.jobs.runtime.TimeLeft;
import io.github.marspark.model.autoencoder.AutoencoderStep;
import io.github.marspark.model.autoencoder.AutoencoderTrainer;
import io.github.marspark.model.autoencoder.AutoencoderTraining;
import io.github.marspark.model.autoencoder.CodeRestart;
import io.github.marspark.model.autoencoder.LatentMeasure;
import io.github.marspark.model.autoencoder.Quantization;
import io.github.marspark.model.autoencoder.ReconstructionQuality;
import io.github.marspark.model.optimization.GradientClipping;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.random.Purpose;
import io.github.marspark.model.tensor.Threads;
import java.io.PrintStream;
import java.util.Arrays;
import org.apache.spark.sql.SparkSession;

/** Trains the autoencoder between images and latents, on the driver's processor. */
public final class TrainTokenizerJob {
    private static final double CLIP_NORM = 1;
    private static final int MEASURED = 2000;
    private static final long HELD_OUT = 1;

    private final Recipe recipe;
    private final PrintStream out;

    /**
     * A training.
     *
     * @param recipe complete and checked
     * @param out where a person reads how it goes
     */
    public TrainTokenizerJob(Recipe recipe, PrintStream out) {
        this.recipe = recipe;
        this.out = out;
    }

    /** Trains, unless the folder holds what this recipe trains. */
    public void run() {
        String folder = recipe.tokenizerFolder();
        TrainedFor trained = new TrainedFor(recipe, TrainedFor.Network.TOKENIZER);
        if (!isDone(trained)) {
            Lease.during(
                    FileStore.at(folder), Product.TOKENIZER, "train-tokenizer", out, lease -> train(folder, trained));
        }
    }

    private boolean isDone(TrainedFor trained) {
        if (trained.isDone()) {
            out.printf("%s already holds this tokenizer; nothing to train%n", Storage.shown(recipe.tokenizerFolder()));
            return true;
        }
        return false;
    }

    /** Whether there was something to train: another job may have trained it just before. */
    private boolean train(String folder, TrainedFor trained) {
        if (isDone(trained)) {
            return false;
        }
        TrainingImages images = images();
        int[] order =
                new Draws(recipe.seed()).stream(Purpose.SHUFFLE, 0, HELD_OUT, 0).permutation(images.count());
        TrainingImages.Split split = images.split(order, heldOut(recipe.data(), images.count()));
        AutoencoderTrainer trainer = new AutoencoderTrainer(
                RecipeAutoencoder.config(recipe),
                training(recipe),
                images.source(split.training()),
                Device.choose(Threads.all()).kernels());
        out.printf(
                "training a tokenizer on %,d image files, %,d held out%n",
                split.training().length, split.isApart() ? split.heldOut().length : 0);
        train(trainer, recipe.tokenizer(), out);
        trained.write();
        finish(trainer, images, split, folder, out);
        return true;
    }

    /** Spark lists the images and is not needed any more then. */
    private TrainingImages images() {
        ImageCollection collection = ImageCollection.withoutLabels(recipe);
        ListedImages listed;
        try (SparkSession spark = SparkSessions.open("train-tokenizer " + recipe.name())) {
            listed = ListedImages.of(spark, collection);
        }
        listed.notes().forEach(out::println);
        return new TrainingImages(
                collection,
                listed.images(),
                recipe.data().imageSize(),
                recipe.encode().maxPixels());
    }

    private static int heldOut(DataRecipe data, int count) {
        return Math.max(1, (int) Math.round(count * data.validationShare()));
    }

    private static AutoencoderTraining training(Recipe recipe) {
        TokenizerRecipe tokenizer = recipe.tokenizer();
        return new AutoencoderTraining(
                tokenizer.reconstructionLoss(),
                tokenizer.klWeight(),
                quantization(tokenizer),
                AutoencoderTraining.ADAM,
                RecipeSchedule.of(tokenizer),
                new GradientClipping(CLIP_NORM),
                tokenizer.batch(),
                recipe.seed());
    }

    private static Quantization quantization(TokenizerRecipe tokenizer) {
        return new Quantization(
                tokenizer.codebookWeight(),
                tokenizer.commitmentWeight(),
                new CodeRestart(
                        tokenizer.restartEverySteps(), Math.round(tokenizer.restartShare() * tokenizer.steps())));
    }

    private static void train(AutoencoderTrainer trainer, TokenizerRecipe recipe, PrintStream out) {
        long start = System.nanoTime();
        try (ProgressLine line = new ProgressLine(out)) {
            for (int done = 1; done < recipe.steps(); done++) {
                String state = line(recipe, trainer.step(), done, start);
                line.show(() -> state);
                tellOfCodes(trainer, done, out);
            }
            line.end(line(recipe, trainer.step(), recipe.steps(), start));
            tellOfCodes(trainer, recipe.steps(), out);
        }
    }

    /** At the end of an epoch, which codes were used in it. */
    private static void tellOfCodes(AutoencoderTrainer trainer, int done, PrintStream out) {
        if (trainer.hasEndedEpoch()) {
            trainer.codesOfEpoch().ifPresent(codes -> {
                out.printf("tokenizer step %d ends an epoch of %s%n", done, codes);
                codes.clear();
            });
        }
    }

    private static String line(TokenizerRecipe recipe, AutoencoderStep step, int done, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        return "tokenizer step %d of %d  loss %.4f  reconstruction %.4f  %.1f images/s  %s"
                .formatted(
                        done,
                        recipe.steps(),
                        step.loss(),
                        step.reconstruction(),
                        done * recipe.batch() / seconds,
                        TimeLeft.words(seconds / done * (recipe.steps() - done)));
    }

    private static void finish(
            AutoencoderTrainer trainer,
            TrainingImages images,
            TrainingImages.Split split,
            String folder,
            PrintStream out) {
        ReconstructionQuality quality = trainer.measure(images.source(split.heldOut()));
        int[] training = split.training();
        LatentMeasure latents =
                trainer.measureLatents(images.source(Arrays.copyOf(training, Math.min(MEASURED, training.length))));
        Tokenizer tokenizer = new Tokenizer(
                trainer.autoencoder().config(),
                trainer.parameters().values(),
                1 / latents.deviation(),
                latents.codes().map(CodesInUse::of).orElse(CodesInUse.UNKNOWN));
        TokenizerFolder.save(tokenizer, folder);
        out.printf(
                "tokenizer %.12s in %s: on %,d %s images mean error %.4f, PSNR %.2f dB; latent scale %.4f%n",
                tokenizer.fingerprint(),
                Storage.shown(folder),
                quality.images(),
                split.isApart() ? "held-out" : "training",
                quality.meanAbsolute(),
                quality.decibels(),
                tokenizer.scale());
        latents.codes()
                .ifPresent(codes -> CodeReport.print(
                        codes, "%,d training images".formatted(Math.min(MEASURED, training.length)), out));
    }
}
