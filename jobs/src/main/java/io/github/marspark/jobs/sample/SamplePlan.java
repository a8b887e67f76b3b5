package io.github.marspark.jobs.sample;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.SampleOutput;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which images are drawn, and in which batches and portions. An image is drawn in the same batch whoever draws it and
 * however often the drawing was interrupted: batches are cut from the images' order alone, so that even the rounding of
 * products, which may depend on the rows beside a row, is the same. A portion is whole batches; it is drawn by one task, and
 * drawn again from its beginning where it was interrupted.
 */
public final class SamplePlan implements Serializable {
    private static final long serialVersionUID = 1L;
    /** Folder of the strips that show how images came to be. */
    static final String FILMS = "filmstrips";

    /** Rows and columns of a contact sheet, at most. */
    private static final int SHEET = 20;

    private final int[] labels;
    private final int[] numbersWithinClass;
    private final List<String> ids;
    private final boolean isByClass;
    private final int batch;
    private final int portionBatches;
    private final long seed;
    private final int films;
    private final int filmEvery;

    private SamplePlan(Recipe recipe, int[] labels, List<String> ids) {
        this.labels = labels;
        this.numbersWithinClass = numbersWithinClass(labels);
        this.ids = new ArrayList<>(ids);
        this.isByClass = recipe.sample().output() == SampleOutput.PNG;
        this.batch = recipe.sample().batch();
        this.portionBatches = isByClass ? 1 : (recipe.sample().shardImages() + batch - 1) / batch;
        this.seed = recipe.sample().seed();
        this.films = recipe.sample().filmstrip();
        this.filmEvery = recipe.sample().filmstripEvery();
    }

    /** Of a recipe without a table: so many images of each class, class after class. */
    public static SamplePlan of(Recipe recipe) {
        List<Integer> chosen = recipe.sample().labels();
        int perClass = recipe.sample().perClass();
        int[] classes = chosen.isEmpty()
                ? IntStream.range(0, recipe.data().classes()).toArray()
                : chosen.stream().mapToInt(Integer::intValue).toArray();
        if (recipe.data().labels() == LabelUse.NONE) {
            classes = new int[] {LatentHeader.UNLABELLED};
        }
        int[] ofClasses = classes;
        int images = Math.multiplyExact(classes.length, perClass);
        return new SamplePlan(
                recipe,
                IntStream.range(0, images).map(i -> ofClasses[i / perClass]).toArray(),
                List.of());
    }

    /** Of a table. */
    static SamplePlan of(Recipe recipe, LabelTable table) {
        return new SamplePlan(recipe, table.labels(), table.ids());
    }

    /** How many images there are. */
    public int images() {
        return labels.length;
    }

    /** What the draws of all images are made from. */
    long seed() {
        return seed;
    }

    /** Digits that no other images to draw have. */
    String fingerprint() {
        return Sha256.of((Arrays.toString(labels) + ids).getBytes(StandardCharsets.UTF_8));
    }

    /** How many portions there are. */
    public int portions() {
        int size = batch * portionBatches;
        return (images() + size - 1) / size;
    }

    /** The numbers of a portion's images. */
    IntStream images(int portion) {
        int size = batch * portionBatches;
        return IntStream.range(portion * size, Math.min(images(), (portion + 1) * size));
    }

    /** How many images some portions have. */
    long images(List<Integer> portions) {
        return portions.stream().mapToLong(portion -> images(portion).count()).sum();
    }

    /** The numbers of the first images of a portion's batches. */
    IntStream batches(int portion) {
        return images(portion).filter(image -> image % batch == 0);
    }

    /** Labels of the images of a batch. */
    int[] labels(int first) {
        return IntStream.range(first, Math.min(images(), first + batch))
                .map(this::label)
                .toArray();
    }

    /** Of how many images of a batch is shown how they come to be. */
    int films(int first) {
        return Math.max(0, Math.min(films - first, labels(first).length));
    }

    /** Iterations between two states shown. */
    int filmEvery() {
        return filmEvery;
    }

    /** The strips of a portion, by their paths in the folder of the drawing. */
    Stream<String> strips(int portion) {
        return images(portion).filter(image -> image < films).mapToObj((FILMS + "/%05d.png")::formatted);
    }

    /** Class of an image. */
    int label(int image) {
        return labels[image];
    }

    /** What an image is called: its id in a table, else its number, within its class where each class has a folder. */
    String name(int image) {
        if (!ids.isEmpty()) {
            return ids.get(image);
        }
        return isByClass ? "%05d".formatted(numbersWithinClass[image]) : "%08d".formatted(image);
    }

    private static int[] numbersWithinClass(int[] labels) {
        Map<Integer, Integer> counts = new HashMap<>();
        return Arrays.stream(labels)
                .map(label -> counts.merge(label, 1, Integer::sum) - 1)
                .toArray();
    }

    /** The images on the contact sheet by their classes: the first of the first classes. */
    Map<Integer, List<Integer>> sheet() {
        Map<Integer, List<Integer>> rows = new LinkedHashMap<>();
        for (int image = 0; image < images(); image++) {
            if (rows.size() < SHEET || rows.containsKey(label(image))) {
                List<Integer> row = rows.computeIfAbsent(label(image), label -> new ArrayList<>());
                if (row.size() < SHEET) {
                    row.add(image);
                }
            }
        }
        return rows;
    }
}
