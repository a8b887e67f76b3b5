package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.runtime.SparkSessions;
import java.io.PrintStream;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** Draws images from the newest checkpoint, over all executors, and one contact sheet. */
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
        CheckpointReader checkpoint = DrawingNetwork.latest(recipe);
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
            DrawingNetwork.tellOfAverage(recipe, checkpoint, out);
            String text = Recipes.render(recipe);
            new DrawingStage("sample", lease, out)
                    .run(pending, images, done -> new PaintTask(text, checkpoint.step(), target, plan, done));
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

    private static void requireNothingPending(SampleFolder folder, String target) {
        List<Integer> missing = folder.pending();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "%d portions of the images are missing in %s though all tasks were done; run this again"
                            .formatted(missing.size(), target));
        }
    }
}
