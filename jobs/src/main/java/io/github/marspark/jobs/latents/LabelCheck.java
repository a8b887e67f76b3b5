package io.github.marspark.jobs.latents;

import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.recipe.DataRecipe;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Compares the labels that were found with the classes that a recipe speaks of, so that no network learns classes of
 * which it is never shown an image.
 *
 * @param place where the labels were found
 * @param data how many classes there should be, and whether they matter
 * @param remedy what can be done where the number of classes differs, without {@code data.classes}
 * @param search where labels were looked for, and what can be done where there are none
 */
public record LabelCheck(String place, DataRecipe data, String remedy, String search) {
    private static final int SHOWN = 3;

    /**
     * Checks latents before a training.
     *
     * @param recipe of the training
     * @param header of the latents
     * @return what people should know, a clause each
     * @throws IllegalArgumentException if the labels are not those of the recipe's classes
     */
    public static List<String> ofLatents(Recipe recipe, LatentHeader header) {
        Map<Integer, Long> counts = new TreeMap<>();
        LatentManifest.read(FileStore.at(recipe.latents()))
                .forEach(row -> row.labels().forEach((label, records) -> counts.merge(label, records, Long::sum)));
        return new LabelCheck(
                        recipe.latents(), recipe.data(), "set", "encode images that have labels into another folder")
                .check(header.classNames(), counts);
    }

    /**
     * Checks labels.
     *
     * @param names of the classes, in the order of their labels
     * @param counts how many images have each label, those without a label under -1
     * @return what people should know, a clause each
     * @throws IllegalArgumentException if there are too few labels or too many classes
     */
    public List<String> check(List<String> names, Map<Integer, Long> counts) {
        if (data.labels() == LabelUse.NONE) {
            return List.of();
        }
        long unlabelled = counts.getOrDefault(LatentHeader.UNLABELLED, 0L);
        long labelled = counts.values().stream().mapToLong(Long::longValue).sum() - unlabelled;
        if (names.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: none of its %d images has a label, but data.classes is %d: %s; to train without labels say data.labels=none"
                            .formatted(place, unlabelled, data.classes(), search));
        }
        requireSameNumber(names);
        List<Integer> vacant = IntStream.range(0, data.classes())
                .filter(label -> counts.getOrDefault(label, 0L) == 0)
                .boxed()
                .toList();
        int found = data.classes() - vacant.size();
        if (data.labels() == LabelUse.REQUIRED && 2L * found < Math.min(labelled, data.classes())) {
            throw tooFew(found, counts);
        }
        return told(vacant, unlabelled, labelled + unlabelled);
    }

    private void requireSameNumber(List<String> names) {
        boolean fewer = names.size() < data.classes();
        if (names.size() == data.classes() || (fewer && data.labels() == LabelUse.PARTIAL)) {
            return;
        }
        throw new IllegalArgumentException("%s has %d %s (%s), but data.classes is %d; %s data.classes=%2$d%s"
                .formatted(
                        place,
                        names.size(),
                        names.size() == 1 ? "class" : "classes",
                        shown(names),
                        data.classes(),
                        remedy,
                        fewer ? ", or data.labels=partial if the other classes are to have no images" : ""));
    }

    private IllegalArgumentException tooFew(int found, Map<Integer, Long> counts) {
        List<String> labels = counts.keySet().stream()
                .filter(label -> label >= 0)
                .sorted()
                .map(String::valueOf)
                .toList();
        int classes =
                1 + counts.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
        return new IllegalArgumentException(
                "%s has images of %d of the %d classes of data.classes only (labels %s); %s data.labels=partial if the other classes are to have no images"
                        .formatted(
                                place,
                                found,
                                data.classes(),
                                shown(labels),
                                classes == data.classes()
                                        ? remedy
                                        : "%s data.classes=%d, or".formatted(remedy, classes)));
    }

    private List<String> told(List<Integer> vacant, long unlabelled, long images) {
        List<String> told = new ArrayList<>();
        if (!vacant.isEmpty()) {
            told.add("%d of %d classes have no image: %s"
                    .formatted(
                            vacant.size(),
                            data.classes(),
                            shown(vacant.stream().map(String::valueOf).toList())));
        }
        if (unlabelled > 0) {
            told.add("%d of %d images have no label".formatted(unlabelled, images));
        }
        return told;
    }

    private static String shown(List<String> values) {
        String first = values.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return values.size() > SHOWN ? first + ", …" : first;
    }
}
