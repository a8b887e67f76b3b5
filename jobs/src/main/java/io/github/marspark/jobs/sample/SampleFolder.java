package io.github.marspark.jobs.sample;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.marspark.data.image.ContactSheet;
import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.ImageRejected;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.checkpoint.CheckpointPart;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.recipe.Recipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;

/**
 * The folder of one drawing: images, contact sheet, and a file that says what drew them. It appears by a rename when it is
 * complete, and is never mixed with another drawing's images.
 */
public final class SampleFolder {
    private static final String DESCRIPTION = "samples.json";
    private static final String SHEET = "samples.png";
    private static final int COLUMNS = 10;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final FileStore parent;
    private final String name;
    private final String unfinished;
    private final Recipe recipe;
    private final Map<String, String> description;

    public SampleFolder(Recipe recipe, CheckpointReader checkpoint) {
        Path path = FileStore.at(recipe.samples()).path();
        this.parent = FileStore.at(path.getParent().toString());
        this.name = path.getName();
        this.unfinished = "." + name + ".unfinished";
        this.recipe = recipe;
        this.description = new TreeMap<>(Map.of(
                "checkpoint",
                        checkpoint.manifest().parts().stream()
                                .map(CheckpointPart::sha256)
                                .collect(Collectors.joining(" ")),
                "step", Long.toString(checkpoint.step()),
                "tokenizer", checkpoint.tokenizer(),
                "sample", recipe.sample().toString()));
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
     * @throws IllegalStateException if the folder holds something else
     */
    public boolean isDone() {
        if (!parent.exists(name)) {
            return false;
        }
        Map<String, String> found = parent.exists(name + "/" + DESCRIPTION) ? describe() : Map.of();
        if (found.equals(description)) {
            return true;
        }
        String what = found.isEmpty()
                ? "something else than drawn images"
                : "images drawn otherwise: " + String.join(", ", differences(found));
        throw new IllegalStateException(
                "%s holds %s; delete it or choose another folder by samples=".formatted(address(), what));
    }

    private Map<String, String> describe() {
        try (InputStream stream = parent.read(name + "/" + DESCRIPTION)) {
            return JSON.readValue(stream, new TypeReference<TreeMap<String, String>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(parent.path(name + "/" + DESCRIPTION) + " cannot be read", e);
        }
    }

    private List<String> differences(Map<String, String> found) {
        List<String> differences = new ArrayList<>();
        description.forEach((key, value) -> {
            if (!value.equals(found.get(key))) {
                differences.add("%s was %s, is %s".formatted(key, found.get(key), value));
            }
        });
        return differences;
    }

    /** Where the images are to be written. */
    public String begin() {
        parent.delete(unfinished);
        return parent.path(unfinished).toString();
    }

    /** Adds contact sheet and description, and shows the folder. */
    public void finish(SamplePlan plan) {
        ContactSheet sheet = new ContactSheet(rows(plan));
        parent.write(unfinished + "/" + SHEET, stream -> PaintTask.writePng(sheet.draw(), stream));
        parent.write(unfinished + "/" + DESCRIPTION, stream -> stream.write(JSON.writeValueAsBytes(description)));
        parent.rename(unfinished, name);
    }

    private List<ContactSheet.Row> rows(SamplePlan plan) {
        List<String> names = ClassNames.of(recipe);
        List<ContactSheet.Row> rows = new ArrayList<>();
        for (int c = 0; c < plan.classes().size(); c++) {
            List<RgbImage> images = new ArrayList<>();
            for (int i = 0; i < Math.min(COLUMNS, plan.perClass()); i++) {
                images.add(read(unfinished + "/" + plan.file(c * plan.perClass() + i)));
            }
            rows.add(new ContactSheet.Row(names.get(plan.classes().get(c)), images));
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
