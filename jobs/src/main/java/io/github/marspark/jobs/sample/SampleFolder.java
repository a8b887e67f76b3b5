package io.github.marspark.jobs.sample;

import io.github.marspark.data.image.ContactSheet;
import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.ImageRejected;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.checkpoint.CheckpointPart;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.MadeFolder;
import io.github.marspark.jobs.files.Origin;
import io.github.marspark.jobs.files.OriginNote;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;

/**
 * The folder of one drawing: images, contact sheet, and a file that says what drew them. It appears by a rename when it is
 * complete. Until then it has a name that only this drawing knows, so that nothing is ever mixed with another drawing's
 * images, not even by an executor that outlives its driver.
 */
public final class SampleFolder {
    private static final String DESCRIPTION = "samples.json";
    private static final String SHEET = "samples.png";
    private static final int COLUMNS = 10;

    private final FileStore parent;
    private final String name;
    private final Recipe recipe;
    private final SamplePlan plan;
    private final Origin origin;

    /**
     * The folder of a recipe.
     *
     * @param recipe complete and checked
     * @param checkpoint that draws
     */
    public SampleFolder(Recipe recipe, CheckpointReader checkpoint) {
        Path path = FileStore.at(recipe.samples()).path();
        this.parent = FileStore.at(path.getParent().toString());
        this.name = path.getName();
        this.recipe = recipe;
        this.plan = SamplePlan.of(recipe);
        this.origin = new Origin(new TreeMap<>(Map.of(
                "checkpoint",
                        checkpoint.manifest().parts().stream()
                                .map(CheckpointPart::sha256)
                                .collect(Collectors.joining(" ")),
                "step", Long.toString(checkpoint.step()),
                "tokenizer", checkpoint.tokenizer(),
                "sample", recipe.sample().toString())));
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
        return new MadeFolder(
                FileStore.at(parent.path(folder).toString()), Product.SAMPLES, DESCRIPTION, OriginNote.JSON);
    }

    private void requireAllImages() {
        Map<String, Set<String>> there = new TreeMap<>();
        List<String> missing = images().stream()
                .filter(file -> !there.computeIfAbsent(folderOf(file), this::namesIn)
                        .contains(file.substring(file.indexOf('/') + 1)))
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "%s lacks %d of its %d images, such as %s; delete it or choose another folder by %s="
                            .formatted(
                                    address(), missing.size(), plan.images(), missing.get(0), Product.SAMPLES.key()));
        }
    }

    /** The images of the whole drawing, by their paths in the folder. */
    public List<String> images() {
        return IntStream.range(0, plan.images()).mapToObj(plan::file).toList();
    }

    private Set<String> namesIn(String folder) {
        return Set.copyOf(
                FileStore.at(parent.path(name + "/" + folder).toString()).names());
    }

    private static String folderOf(String file) {
        return file.substring(0, file.indexOf('/'));
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
     * Removes what drawings left that did not come to their end.
     *
     * @param lease of this drawing
     * @return where its images are to be written
     */
    public String begin(Lease lease) {
        parent.names().stream()
                .filter(other -> other.startsWith(unfinished("")))
                .forEach(parent::delete);
        return parent.path(unfinished(lease.nonce())).toString();
    }

    private String unfinished(String drawing) {
        return "." + name + ".unfinished" + (drawing.isEmpty() ? "" : "-" + drawing);
    }

    /** Adds contact sheet and description, and shows the folder. */
    public void finish(Lease lease) {
        String unfinished = unfinished(lease.nonce());
        byte[] sheet = PngFile.bytes(new ContactSheet(rows(unfinished)).draw());
        parent.write(unfinished + "/" + SHEET, stream -> stream.write(sheet));
        describe(unfinished);
        Lease.requireHeldByJob();
        parent.rename(unfinished, name);
    }

    private void describe(String folder) {
        made(folder).write(origin);
    }

    private List<ContactSheet.Row> rows(String unfinished) {
        List<String> names = ClassNames.of(recipe);
        List<ContactSheet.Row> rows = new ArrayList<>();
        for (int c = 0; c < plan.classes().size(); c++) {
            List<RgbImage> images = new ArrayList<>();
            for (int i = 0; i < Math.min(COLUMNS, plan.perClass()); i++) {
                images.add(read(unfinished + "/" + plan.file(c * plan.perClass() + i)));
            }
            rows.add(new ContactSheet.Row(names.get(Math.max(0, plan.classes().get(c))), images));
        }
        return rows;
    }

    private RgbImage read(String file) {
        try (InputStream stream = parent.read(file)) {
            return new ImageDecoder(ImageLimits.DEFAULT).decode(stream.readAllBytes());
        } catch (IOException | ImageRejected e) {
            throw new IllegalStateException(parent.path(file) + " cannot be read back: " + e.getMessage(), e);
        }
    }
}
