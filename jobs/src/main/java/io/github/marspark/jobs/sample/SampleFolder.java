package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.checkpoint.CheckpointPart;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.files.OriginNote;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The folder of one drawing: images, contact sheet, and a file that says what drew them. It appears by a rename when it is
 * complete. Until then it has another name, and says what draws it: the same drawing goes on with what is complete, any
 * other removes it. Two that write the same drawing write the same bytes, so that an executor that outlives its driver does
 * no harm.
 */
public final class SampleFolder {
    private static final String DESCRIPTION = "samples.json";
    private static final String SHEET = "samples.png";

    private final FileStore parent;
    private final String name;
    private final Recipe recipe;
    private final SamplePlan plan;
    private final SampleForm form;
    private final Origin origin;

    /**
     * The folder of a recipe.
     *
     * @param recipe complete and checked
     * @param plan what is drawn
     * @param checkpoint that draws
     */
    public SampleFolder(Recipe recipe, SamplePlan plan, CheckpointReader checkpoint) {
        FileStore samples = FileStore.at(recipe.samples());
        this.parent = FileStore.at(samples.path().getParent().toString());
        this.name = samples.path().getName();
        this.recipe = recipe;
        this.plan = plan;
        this.form = SampleForm.of(recipe.sample().output());
        Map<String, String> made = new TreeMap<>(Recipes.settings(recipe, key -> key.startsWith("sample.")));
        made.put(
                "checkpoint",
                checkpoint.manifest().parts().stream()
                        .map(CheckpointPart::sha256)
                        .collect(Collectors.joining(" ")));
        made.put("step", Long.toString(checkpoint.step()));
        made.put("tokenizer", checkpoint.tokenizer());
        made.put("images", plan.fingerprint());
        this.origin = new Origin(made);
    }

    public String address() {
        return parent.path(name).toUri().getPath();
    }

    public String sheet() {
        return parent.path(name + "/" + SHEET).toUri().getPath();
    }

    /**
     * Whether the same was drawn before.
     *
     * @throws IllegalStateException if the folder holds something else, or not all of it
     */
    public boolean isDone() {
        if (!parent.exists(name)) {
            return false;
        }
        MadeFolder made = made(name);
        Optional<Origin> found = made.origin();
        if (found.isEmpty()) {
            throw new IllegalStateException(
                    "%s holds something else than drawn images; delete it or choose another folder by %s="
                            .formatted(address(), Product.SAMPLES.key()));
        }
        made.requireSame(found.get(), origin);
        requireAllImages();
        return true;
    }

    private MadeFolder made(String folder) {
        return new MadeFolder(in(folder), Product.SAMPLES, DESCRIPTION, OriginNote.JSON);
    }

    private FileStore in(String folder) {
        return FileStore.at(parent.path(folder).toString());
    }

    private void requireAllImages() {
        WrittenFiles written = new WrittenFiles(in(name));
        List<String> missing = IntStream.range(0, plan.portions())
                .boxed()
                .flatMap(portion -> form.files(plan, portion).stream())
                .filter(file -> !written.has(file))
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "%s lacks %d of its files, such as %s; delete it or choose another folder by %s="
                            .formatted(address(), missing.size(), missing.get(0), Product.SAMPLES.key()));
        }
    }

    /** The files of the whole drawing, by their paths in the folder. */
    public List<String> files() {
        return IntStream.range(0, plan.portions())
                .boxed()
                .flatMap(portion -> form.files(plan, portion).stream())
                .toList();
    }

    /**
     * Draws while nobody else may draw into the folder.
     *
     * @param out where a person reads whose place was taken
     * @param work is given the lease
     * @return what the work returns
     * @throws IllegalStateException saying who draws into it
     */
    public <T> T during(PrintStream out, Function<Lease, T> work) {
        return Lease.duringBeside(parent, name, Product.SAMPLES, "sample", out, work);
    }

    /**
     * Removes what other drawings left that did not come to their end.
     *
     * @return where the images of this one are to be written
     */
    public String begin() {
        String unfinished = unfinished();
        parent.names().stream()
                .filter(other -> other.startsWith(unfinished))
                .filter(other -> !other.equals(unfinished) || !isOurs())
                .forEach(parent::delete);
        if (!parent.exists(unfinished)) {
            made(unfinished).write(origin);
        }
        return parent.path(unfinished).toString();
    }

    private boolean isOurs() {
        try {
            return made(unfinished()).origin().filter(origin::equals).isPresent();
        } catch (IllegalStateException damaged) {
            return false;
        }
    }

    private String unfinished() {
        return "." + name + ".unfinished";
    }

    /** The portions that are not complete, in ascending order. */
    public List<Integer> pending() {
        WrittenFiles written = new WrittenFiles(in(unfinished()));
        SheetImages sheet = new SheetImages(in(unfinished()), plan);
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
        SheetImages kept = new SheetImages(in(unfinished()), plan);
        byte[] sheet = kept.draw(ClassNames.of(recipe));
        parent.write(unfinished() + "/" + SHEET, stream -> stream.write(sheet));
        kept.delete();
        Lease.requireHeldByJob();
        parent.rename(unfinished(), name);
    }
}
