package io.github.marspark.jobs.edit;

import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeNetwork;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.sample.DrawingNetwork;
import io.github.marspark.jobs.sample.DrawingStage;
import io.github.marspark.model.mar.Design;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Draws a part of a picture anew, or around it, with the newest checkpoint: several variants, over all executors. */
public final class EditJob {
    private final Recipe recipe;
    private final PrintStream out;

    /**
     * An editing.
     *
     * @param recipe complete and checked, with the picture to edit
     * @param out where a person reads how it goes
     */
    public EditJob(Recipe recipe, PrintStream out) {
        this.recipe = recipe;
        this.out = out;
    }

    /** Draws what is not drawn yet. */
    public void run() {
        requireKeepable();
        requireLabel();
        CheckpointReader checkpoint = DrawingNetwork.latest(recipe);
        Canvas canvas = new EditCanvas(recipe).read();
        EditFolder edits = new EditFolder(recipe, canvas, checkpoint);
        boolean isThere =
                edits.isDone() || !edits.folder().during("edit", out, lease -> draw(checkpoint, canvas, edits, lease));
        if (isThere) {
            out.printf(
                    "%s already holds these %d variants; nothing to draw%n",
                    edits.folder().address(), recipe.edit().variants());
        }
    }

    /** Whether there was something to draw: another job may have drawn it just before. */
    private boolean draw(CheckpointReader checkpoint, Canvas canvas, EditFolder edits, Lease lease) {
        if (edits.isDone()) {
            return false;
        }
        String target = edits.folder().begin();
        List<Integer> pending = edits.pending();
        tellWhatIsDrawn(checkpoint, canvas, pending.size());
        if (!pending.isEmpty()) {
            DrawingNetwork.tellOfAverage(recipe, checkpoint, out);
            String text = Recipes.render(recipe);
            new DrawingStage("edit", lease, out)
                    .run(pending, pending.size(), done -> new EditTask(text, checkpoint.step(), target, canvas, done));
        }
        edits.finish();
        out.printf("%s: beside each other on %s%n", edits.folder().address(), edits.sheet());
        return true;
    }

    private void tellWhatIsDrawn(CheckpointReader checkpoint, Canvas canvas, int variants) {
        boolean[] kept = canvas.kept(recipe.tokensAlongASide());
        long hidden =
                IntStream.range(0, kept.length).filter(token -> !kept[token]).count();
        out.printf(
                "drawing %d of %d tokens in %d iterations with the network of step %d: %d variants%s%n",
                hidden,
                kept.length,
                Math.min(hidden, recipe.sample().iterations()),
                checkpoint.step(),
                variants,
                variants == recipe.edit().variants()
                        ? ""
                        : "; %d more are there already".formatted(recipe.edit().variants() - variants));
    }

    /** Only where any set of tokens may be given can some be kept. */
    private void requireKeepable() {
        Design design = RecipeNetwork.config(recipe).design();
        if (design.isCausal()) {
            throw new IllegalArgumentException(
                    "model.attention is causal with %s order, must be bidirectional to edit a picture: a causal network draws each token after those of its order, and none beside others"
                            .formatted(recipe.model().order().name().toLowerCase(Locale.ROOT)));
        }
    }

    private void requireLabel() {
        boolean knowsNoClass =
                recipe.data().labels() == LabelUse.NONE || recipe.model().labelDrop() > 0;
        if (recipe.edit().label() < 0 && !knowsNoClass) {
            throw new IllegalArgumentException(
                    "edit.label is -1, must be a class from 0 to %d where model.label-drop is 0: the network does not learn to do without"
                            .formatted(recipe.data().classes() - 1));
        }
    }
}
