package io.github.marspark.jobs.training;

import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.latent.EncodedImage;
import io.github.marspark.data.latent.LatentCodec;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentWriter;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.latents.Manifests;
import io.github.marspark.jobs.progress.MetricsFile;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.runtime.ExecutorWish;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;

/** A training that takes seconds: a few thousand parameters, latents of three kinds. */
public final class TinyTraining {
    static final String TOKENIZER = "f".repeat(64);

    private static final String RECIPE = """
            name = tiny
            seed = 5
            data { image-size = 8, classes = 3 }
            tokenizer {
              width = 8, multipliers = [1, 2], residual-blocks = 1, attention-resolutions = []
              latent-channels = 2, groups = 4
            }
            model {
              width = 16, encoder-depth = 1, decoder-depth = 1, heads = 2, buffer = 2
              head { width = 16, depth = 1 }
            }
            train {
              global-batch = 8, steps = 20, learning-rate = 2e-3, warmup-steps = 5, streams = 8
              ema.schedule = warmup
              peer-timeout-seconds = 20
              checkpoint { every-steps = 5, keep = 2 }
            }
            sample.iterations = 4
            """;

    private TinyTraining() {}

    public static Recipe recipe(Path folder, String... settings) {
        Map<String, String> overrides = new HashMap<>();
        overrides.put("out", folder.toString());
        for (String setting : settings) {
            overrides.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return Recipes.parse(RECIPE, "tiny", overrides);
    }

    public static String text() {
        return RECIPE;
    }

    public static LatentHeader header(int channels, double scale) {
        return new LatentHeader(
                TOKENIZER, channels, 4, 4, scale, NumberType.FLOAT16, 8, List.of("bag", "coat", "shirt"));
    }

    /** Of the recipe's shape, by another tokenizer. */
    public static LatentHeader header(String tokenizer) {
        return new LatentHeader(tokenizer, 2, 4, 4, 0.5, NumberType.FLOAT16, 8, List.of("bag", "coat", "shirt"));
    }

    /** Writes latents into two files. */
    public static void writeLatents(Recipe recipe, int count) {
        writeLatents(Path.of(recipe.latents()), header(2, 0.5), count);
    }

    /** The same without labels. */
    static void writeUnlabelled(Recipe recipe, int count) {
        LatentHeader labelled = header(2, 0.5);
        writeLatents(
                Path.of(recipe.latents()),
                new LatentHeader(labelled.tokenizerFingerprint(), 2, 4, 4, 0.5, NumberType.FLOAT16, 8, List.of()),
                count);
    }

    public static void writeLatents(Path folder, LatentHeader header, int count) {
        Random random = new Random(3);
        for (int file = 0; file < 2; file++) {
            Path path = folder.resolve("part-%d.avro".formatted(file));
            try (LatentWriter writer = LatentWriter.to(newFile(path), path.toString(), header, LatentCodec.SNAPPY)) {
                for (int i = file * count / 2; i < (file + 1) * count / 2; i++) {
                    writer.write(image(header, i, random));
                }
            }
        }
        Manifests.write(folder);
    }

    private static OutputStream newFile(Path path) {
        try {
            Files.createDirectories(path.resolveSibling("."));
            return Files.newOutputStream(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EncodedImage image(LatentHeader header, int number, Random random) {
        int label = number % 3;
        boolean labelled = !header.classNames().isEmpty();
        String name = labelled ? header.classNames().get(label) : null;
        String id = "%s/%04d.png".formatted(name, number);
        return new EncodedImage(
                id,
                "/images/" + id,
                labelled ? label : LatentHeader.UNLABELLED,
                name,
                8,
                8,
                moments(header, label, random),
                moments(header, label, random),
                codes(header, label, random),
                codes(header, label, random));
    }

    /** Of each label other ids. */
    private static int[] codes(LatentHeader header, int label, Random random) {
        int places = header.codes() == 0 ? 0 : header.height() * header.width();
        return random.ints(places, 0, Math.max(1, header.codes() / 3))
                .map(id -> label * (header.codes() / 3) + id)
                .toArray();
    }

    private static float[] moments(LatentHeader header, int label, Random random) {
        float[] moments = new float[header.momentCount()];
        for (int i = 0; i < moments.length; i++) {
            boolean mean = i < header.latentCount();
            moments[i] = mean ? label - 1 + 0.3f * (float) random.nextGaussian() : -4;
        }
        return moments;
    }

    /** Everything a checkpoint holds, to be compared bit by bit. */
    static List<float[]> vectors(Recipe recipe) {
        CheckpointReader reader = CheckpointReader.latest(recipe.checkpoints());
        return List.of(reader.parameters().toFloatVector(), reader.average().toFloatVector());
    }

    /** Trains, on all executors if none are said, and returns what a person reads. */
    public static String train(JavaSparkContext spark, Recipe recipe, OptionalInt executors) {
        return train(spark, recipe, ExecutorWish.of(executors));
    }

    static String train(JavaSparkContext spark, Recipe recipe, ExecutorWish executors) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        new TrainingJob(recipe, "test", out).run(spark, executors);
        return said.toString(StandardCharsets.UTF_8);
    }

    public static Map<Long, Double> losses(Recipe recipe) {
        return new MetricsFile(FileStore.at(recipe.checkpoints())).losses();
    }

    static Map<Long, Double> validationLosses(Recipe recipe) {
        return new MetricsFile(FileStore.at(recipe.checkpoints())).validationLosses();
    }
}
