package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The folder of one drawing: images, contact sheet, and a file that says what drew them. */
public final class SampleFolder {
    private static final String DESCRIPTION = "samples.json";
    private static final String SHEET = "samples.png";

    private final DrawnFolder folder;
    private final Recipe recipe;
    private final SamplePlan plan;
    private final SampleForm form;

    /**
     * The folder of a recipe.
     *
     * @param recipe complete and checked
     * @param plan what is drawn
     * @param checkpoint that draws
     */
    public SampleFolder(Recipe recipe, SamplePlan plan, CheckpointReader checkpoint) {
        this.recipe = recipe;
        this.plan = plan;
        this.form = SampleForm.of(recipe.sample().output());
        Map<String, String> made = DrawingNetwork.drawnBy(recipe, checkpoint, key -> key.startsWith("sample."));
        made.put("images", plan.fingerprint());
        Origin origin = new Origin(made);
        this.folder = new Drawings(recipe.samples())
                .of(checkpoint.step(), address -> new DrawnFolder(address, Product.SAMPLES, DESCRIPTION, origin));
    }

    public String address() {
        return folder.address();
    }

    public String sheet() {
        return folder.address(SHEET);
    }

    /**
     * Whether the same was drawn before.
     *
     * @throws IllegalStateException if the folder holds something else, or not all of it
     */
    public boolean isDone() {
        return folder.isThere(this::files);
    }

    /** The files of the whole drawing, by their paths in the folder. */
    public List<String> files() {
        return IntStream.range(0, plan.portions())
                .boxed()
                .flatMap(portion -> form.files(plan, portion).stream())
                .toList();
    }

    /** Draws while nobody else may draw into the folder; see {@link DrawnFolder#during}. */
    public <T> T during(PrintStream out, Function<Lease, T> work) {
        return folder.during("sample", out, work);
    }

    /** Where the images are to be written; see {@link DrawnFolder#begin}. */
    public String begin() {
        return folder.begin();
    }

    /** The portions that are not complete, in ascending order. */
    public List<Integer> pending() {
        WrittenFiles written = new WrittenFiles(folder.unfinished());
        SheetImages sheet = new SheetImages(folder.unfinished(), plan);
        Set<String> kept = sheet.names();
        return IntStream.range(0, plan.portions())
                .filter(portion -> !sheet.hasAllOf(portion, kept)
                        || !form.files(plan, portion).stream().allMatch(written::has)
                        || !plan.strips(portion).allMatch(written::has))
                .boxed()
                .toList();
    }

    /** Adds the contact sheet and shows the folder. */
    public void finish() {
        SheetImages kept = new SheetImages(folder.unfinished(), plan);
        byte[] sheet = kept.draw(ClassNames.of(recipe));
        folder.unfinished().write(SHEET, stream -> stream.write(sheet));
        kept.delete();
        folder.finish();
    }
}
