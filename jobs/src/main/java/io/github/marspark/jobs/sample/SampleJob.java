package io.github.marspark.jobs.sample;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.files.TokenizerUse;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.runtime.SparkSessions;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Draws images of each class from the newest checkpoint: PNG files and one contact sheet. */
public final class SampleJob {
    private final Recipe recipe;
    private final PrintStream out;

    /**
     * A sampling.
     *
     * @param recipe complete and checked
     * @param out where a person reads how it goes
     */
    public SampleJob(Recipe recipe, PrintStream out) {
        this.recipe = recipe;
        this.out = out;
    }

    /** Draws what is not drawn yet. */
    public void run() {
        CheckpointReader checkpoint = CheckpointReader.latest(recipe.checkpoints());
        requireSameNetwork(recipe, checkpoint);
        requireSameTokenizer(recipe, checkpoint);
        SampleFolder folder = new SampleFolder(recipe, checkpoint);
        SamplePlan plan = SamplePlan.of(recipe);
        boolean isThere = folder.isDone() || !folder.during(out, lease -> draw(checkpoint, folder, plan, lease));
        if (isThere) {
            out.printf("%s already holds these %d images; nothing to draw%n", folder.address(), plan.images());
        }
    }

    /** Whether there was something to draw: another job may have drawn it just before. */
    private boolean draw(CheckpointReader checkpoint, SampleFolder folder, SamplePlan plan, Lease lease) {
        if (folder.isDone()) {
            return false;
        }
        long start = System.nanoTime();
        out.printf("drawing %d images with the network of step %d%n", plan.images(), checkpoint.step());
        paint(recipe, checkpoint.step(), plan, folder.begin(lease), lease);
        folder.finish(lease);
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(
                "%d images in %.1f s (%.2f a second): %s, all of them on %s%n",
                plan.images(), seconds, plan.images() / seconds, folder.address(), folder.sheet());
        return true;
    }

    private static void paint(Recipe recipe, long step, SamplePlan plan, String target, Lease lease) {
        try (SparkSession spark = SparkSessions.open("mar sample")) {
            lease.watchOver(spark.sparkContext());
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            List<Integer> batches = IntStream.range(0, plan.batches()).boxed().toList();
            int slices = Math.min(plan.batches(), context.defaultParallelism());
            int drawn = context.parallelize(batches, slices)
                    .mapPartitions(new PaintTask(Recipes.render(recipe), step, target))
                    .reduce(Integer::sum);
            if (drawn != plan.images()) {
                throw new IllegalStateException(
                        "%d of %d images were drawn; %s is unfinished".formatted(drawn, plan.images(), target));
            }
        }
    }

    private static void requireSameNetwork(Recipe recipe, CheckpointReader checkpoint) {
        if (!RecipeNetwork.config(recipe).equals(checkpoint.config())) {
            throw new IllegalArgumentException(
                    "the checkpoint in %s is of another network: it has %s, the recipe %s; sample with the recipe it was trained by"
                            .formatted(recipe.checkpoints(), checkpoint.config(), RecipeNetwork.config(recipe)));
        }
    }

    private static void requireSameTokenizer(Recipe recipe, CheckpointReader checkpoint) {
        Tokenizer tokenizer = TokenizerFolder.open(recipe.tokenizerFolder());
        new TokenizerUse(
                        "the checkpoint in %s was trained on latents of tokenizer".formatted(recipe.checkpoints()),
                        checkpoint.manifest().data().tokenizerIdentity())
                .requireSame(
                        new TokenizerUse(recipe.tokenizerFolder() + " holds tokenizer", tokenizer.identity()),
                        "name the folder of the former by tokenizer-folder=",
                        IllegalArgumentException::new);
    }
}
