package io.github.marspark.jobs.sample;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.files.TokenizerUse;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.runtime.ImageProgress;
import io.github.marspark.jobs.runtime.SparkSessions;
import io.github.marspark.model.mar.Design;
import java.io.PrintStream;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/** Draws images from the newest checkpoint, over all executors, and one contact sheet. */
public final class SampleJob {
    /** So that the last tasks of slow and quick executors end at about the same time. */
    private static final int TASKS_A_CORE = 4;

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
        requireDecodable(recipe);
        SamplePlan plan = plan();
        SampleFolder folder = new SampleFolder(recipe, plan, checkpoint);
        boolean isThere = folder.isDone() || !folder.during(out, lease -> draw(checkpoint, folder, plan, lease));
        if (isThere) {
            out.printf("%s already holds these %d images; nothing to draw%n", folder.address(), plan.images());
        }
    }

    private SamplePlan plan() {
        if (recipe.sample().table().isEmpty()) {
            return SamplePlan.of(recipe);
        }
        try (SparkSession spark = SparkSessions.open("mar sample")) {
            return SamplePlan.of(recipe, LabelTable.read(spark, recipe));
        }
    }

    /** Whether there was something to draw: another job may have drawn it just before. */
    private boolean draw(CheckpointReader checkpoint, SampleFolder folder, SamplePlan plan, Lease lease) {
        if (folder.isDone()) {
            return false;
        }
        long start = System.nanoTime();
        String target = folder.begin();
        List<Integer> pending = folder.pending();
        long images = plan.images(pending);
        out.printf(
                "drawing %d images with the network of step %d%s%n",
                images,
                checkpoint.step(),
                images == plan.images() ? "" : "; %d more are there already".formatted(plan.images() - images));
        if (!pending.isEmpty()) {
            paint(checkpoint.step(), plan, pending, target, lease);
        }
        requireNothingPending(folder, target);
        folder.finish();
        tell(folder, plan, images, (System.nanoTime() - start) / 1e9);
        return true;
    }

    private void tell(SampleFolder folder, SamplePlan plan, long images, double seconds) {
        int shown = plan.sheet().values().stream().mapToInt(List::size).sum();
        out.printf(
                "%d images in %.1f s (%.2f a second): %s, %s on %s%n",
                images,
                seconds,
                images / seconds,
                folder.address(),
                shown == plan.images() ? "all of them" : "some of them",
                folder.sheet());
    }

    private void paint(long step, SamplePlan plan, List<Integer> pending, String target, Lease lease) {
        try (SparkSession spark = SparkSessions.open("mar sample")) {
            SparkContext scala = spark.sparkContext();
            lease.watchOver(scala);
            LongAccumulator done = scala.longAccumulator("images drawn");
            long images = plan.images(pending);
            scala.addSparkListener(new ImageProgress("drew", done.id(), images, out));
            JavaSparkContext context = JavaSparkContext.fromSparkContext(scala);
            int slices = Math.min(pending.size(), TASKS_A_CORE * context.defaultParallelism());
            context.parallelize(pending, slices)
                    .foreachPartition(new PaintTask(Recipes.render(recipe), step, target, plan, done));
        }
    }

    private static void requireNothingPending(SampleFolder folder, String target) {
        List<Integer> missing = folder.pending();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "%d portions of the images are missing in %s though all tasks were done; run this again"
                            .formatted(missing.size(), target));
        }
    }

    private static void requireSameNetwork(Recipe recipe, CheckpointReader checkpoint) {
        if (!RecipeNetwork.config(recipe).equals(checkpoint.config())) {
            throw new IllegalArgumentException(
                    "the checkpoint in %s is of another network: it has %s, the recipe %s; sample with the recipe it was trained by"
                            .formatted(recipe.checkpoints(), checkpoint.config(), RecipeNetwork.config(recipe)));
        }
    }

    private static void requireDecodable(Recipe recipe) {
        Design design = RecipeNetwork.config(recipe).design();
        if (design.hasIds()) {
            throw new IllegalArgumentException(
                    "the network in %s draws ids of %,d codes, the tokenizer in %s decodes latents and has no codes; name the folder of a quantised one by tokenizer-folder="
                            .formatted(recipe.checkpoints(), design.codes(), recipe.tokenizerFolder()));
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
