package io.github.marspark.jobs.evaluation;

import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.ImageSettings;
import io.github.marspark.jobs.images.ListedImages;
import io.github.marspark.jobs.images.SourceImage;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.model.evaluation.FeatureStatistics;
import io.github.marspark.model.evaluation.SampleSize;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Looks at sets through one network.
 *
 * @param recipe says how images are found
 * @param network whose features
 * @param spark where to compute
 * @param out where a person reads how it goes
 */
record Looking(Recipe recipe, FeatureNetwork network, SparkSession spark, PrintStream out) {
    /**
     * Looks at a set, or reads its statistics.
     *
     * @param place of the set
     * @param cropped whether images of another size are cut
     * @param reconstruction what is done to its images first, null for nothing
     * @throws IllegalArgumentException if there are too few images, or the statistics are of other features
     */
    JudgedSet at(EvaluatedPlace place, boolean cropped, @Nullable Reconstruction reconstruction) {
        if (place.isStatistics()) {
            return new JudgedSet(place.address(), statistics(place), Optional.empty());
        }
        ImageCollection collection = place.images(recipe, settings());
        FeatureSet set = features(collection, cropped, reconstruction);
        requireReadable(place, set);
        FeatureStatistics statistics = SetStatistics.of(set, SetStatistics.Part.ALL)
                .orElseThrow(() -> new IllegalArgumentException(
                        "%s is %s, which has %d image that can be read; a covariance needs at least 2, and a distance that says something %,d"
                                .formatted(place.key(), place.address(), set.count(), SampleSize.LEAST)));
        String name = reconstruction == null ? place.address() : "reconstructions of " + place.address();
        return new JudgedSet(name, statistics, Optional.of(set));
    }

    private FeatureStatistics statistics(EvaluatedPlace place) {
        FeatureStatistics statistics = place.statistics();
        if (statistics.dimension() != network.dimension()) {
            throw new IllegalArgumentException(
                    "%s is %s, statistics of %d features, but %s has %d; give statistics of the same features, or choose others by evaluate.features="
                            .formatted(
                                    place.key(),
                                    place.address(),
                                    statistics.dimension(),
                                    network.features(),
                                    network.dimension()));
        }
        return statistics;
    }

    private ImageSettings settings() {
        ImageSettings settings = ImageSettings.of(recipe);
        return wantsLabels() ? settings : settings.withoutLabels();
    }

    private boolean wantsLabels() {
        return !network.classes().isEmpty() && recipe.data().labels() != LabelUse.NONE;
    }

    private FeatureSet features(ImageCollection collection, boolean cropped, @Nullable Reconstruction reconstruction) {
        ListedImages listed = wantsLabels()
                ? ListedImages.labelled(spark, collection, network.classes().size())
                : ListedImages.of(spark, collection);
        return features(collection, withoutThoseBeside(listed), cropped, reconstruction);
    }

    /** Images beside folders of images are none of theirs, such as a contact sheet beside what was drawn. */
    private ListedImages withoutThoseBeside(ListedImages listed) {
        listed.notes().forEach(out::println);
        Map<Boolean, List<SourceImage>> images = listed.images().stream()
                .collect(Collectors.partitioningBy(image -> image.id().contains("/")));
        List<SourceImage> within = Objects.requireNonNull(images.get(true));
        List<SourceImage> beside = Objects.requireNonNull(images.get(false));
        if (within.isEmpty() || beside.isEmpty()) {
            return listed;
        }
        out.printf(
                "left out: %d images beside folders of images, such as %s%n",
                beside.size(), beside.get(0).path());
        return new ListedImages(within, List.of(), listed.classNames());
    }

    private FeatureSet features(
            ImageCollection collection, ListedImages listed, boolean cropped, @Nullable Reconstruction reconstruction) {
        FeatureTask task = new FeatureTask(
                network,
                reconstruction,
                collection.contents(),
                recipe.data().imageSize(),
                recipe.encode().maxPixels(),
                cropped,
                recipe.evaluate().batch(),
                FeatureSet.counter(spark.sparkContext()));
        return FeatureSet.of(spark.sparkContext(), collection.root(), listed, labels(collection, listed), task, out);
    }

    /** The network's class of each image, or -1. */
    private int[] labels(ImageCollection collection, ListedImages listed) {
        int[] known = IntStream.range(0, listed.classNames().size())
                .map(label -> known(listed.classNames().get(label)))
                .toArray();
        if (IntStream.of(known).anyMatch(label -> label < 0)) {
            int first = IntStream.range(0, known.length)
                    .filter(i -> known[i] < 0)
                    .findFirst()
                    .orElseThrow();
            throw new IllegalArgumentException(
                    "%s has a class %s, which the classifier does not know; it knows %s; train one on these classes, or set data.labels=none to judge without labels"
                            .formatted(collection.root(), listed.classNames().get(first), shown(network.classes())));
        }
        return listed.images().stream()
                .mapToInt(image -> image.label() < 0 || known.length == 0 ? -1 : known[image.label()])
                .toArray();
    }

    /** By name, or by number, as folders of drawn images are called. */
    private int known(String name) {
        int label = network.classes().indexOf(name);
        if (label < 0 && name.matches("\\d{1,9}")) {
            int number = Integer.parseInt(name);
            return number < network.classes().size() ? number : -1;
        }
        return label;
    }

    private static String shown(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(3, names.size()))) + (names.size() > 3 ? ", …" : "");
    }

    private void requireReadable(EvaluatedPlace place, FeatureSet set) {
        List<String> rejects = set.rejects();
        if (rejects.size() > recipe.encode().maxRejectShare() * set.listed()) {
            throw new IllegalArgumentException(
                    "%s is %s, of whose %d images %d cannot be used, such as %s; mend or remove them, or raise encode.max-reject-share"
                            .formatted(place.key(), place.address(), set.listed(), rejects.size(), rejects.get(0)));
        }
        if (!rejects.isEmpty()) {
            out.printf(
                    "%d of %d images of %s cannot be used, such as %s%n",
                    rejects.size(), set.listed(), place.address(), rejects.get(0));
        }
    }
}
