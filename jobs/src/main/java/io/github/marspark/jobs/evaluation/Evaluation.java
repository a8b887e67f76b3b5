package io.github.marspark.jobs.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.marspark.model.classifier.ClassifierQuality;
import io.github.marspark.model.evaluation.FeatureStatistics;
import io.github.marspark.model.evaluation.FrechetDistance;
import io.github.marspark.model.evaluation.InceptionScore;
import io.github.marspark.model.evaluation.KernelDistance;
import io.github.marspark.model.evaluation.PrecisionRecall;
import io.github.marspark.model.evaluation.Spread;
import io.github.marspark.model.tensor.Threads;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How a set of images compares with another.
 *
 * @param features whose features were compared
 * @param judged what is judged
 * @param reference what it is compared with
 * @param distance Fréchet distance, under the name it has in these features
 * @param numbers further numbers by their names, in the order in which they are told
 * @param labels how often the classifier takes judged images for what their labels say; nothing without labels
 * @param doubts why numbers say little, a sentence each
 * @param notes what else is to be known beside them
 */
public record Evaluation(
        Map<String, String> features,
        Side judged,
        Side reference,
        Distance distance,
        Map<String, Double> numbers,
        Optional<Labels> labels,
        List<String> doubts,
        List<String> notes) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final String BESIDE = " of two halves of the reference";

    /**
     * One side of the comparison.
     *
     * @param name address, or what was made of it
     * @param images how many, if it is known
     * @param fingerprint of all pixels that were looked at; empty of a file of statistics
     */
    public record Side(String name, OptionalLong images, String fingerprint) {
        static Side of(JudgedSet set) {
            return new Side(
                    set.name(),
                    set.statistics().count(),
                    set.features().map(FeatureSet::fingerprint).orElse(""));
        }
    }

    /**
     * A Fréchet distance.
     *
     * @param name {@code FID} for the features of the Inception network and for no others
     * @param means squared distance of the means
     * @param covariances the rest
     */
    public record Distance(String name, double means, double covariances) {
        /** The distance. */
        public double value() {
            return means + covariances;
        }
    }

    /**
     * How often images are taken for what their labels say.
     *
     * @param images that have labels
     * @param accuracy share of them
     * @param byClass the same of each class that has images
     */
    public record Labels(int images, double accuracy, Map<String, Double> byClass) {
        static Labels of(ClassifierQuality quality, List<String> classes) {
            Map<String, Double> byClass = new LinkedHashMap<>();
            for (int label = 0; label < classes.size(); label++) {
                if (!Double.isNaN(quality.accuracy(label))) {
                    byClass.put(classes.get(label), quality.accuracy(label));
                }
            }
            return new Labels(quality.images(), quality.accuracy(), byClass);
        }
    }

    /** Compares statistics alone, whose features nobody knows. */
    static Evaluation ofStatistics(
            EvaluatedPlace judged, FeatureStatistics one, EvaluatedPlace reference, FeatureStatistics other) {
        if (one.dimension() != other.dimension()) {
            throw new IllegalArgumentException(
                    "evaluate.images is %s, statistics of %d features, and evaluate.reference is %s, of %d; give two of the same features"
                            .formatted(judged.address(), one.dimension(), reference.address(), other.dimension()));
        }
        return new Evaluation(
                Map.of("name", "not known"),
                new Side(judged.address(), one.count(), ""),
                new Side(reference.address(), other.count(), ""),
                distance("Fréchet distance", one, other),
                Map.of(),
                Optional.empty(),
                List.of(),
                List.of("neither file says which network its statistics are of"));
    }

    /** Compares two sets. */
    static Evaluation of(FeatureNetwork network, JudgedSet judged, JudgedSet reference, Cautions cautions) {
        Distance distance = distance(network.distance(), judged.statistics(), reference.statistics());
        Map<String, Double> numbers = new LinkedHashMap<>();
        reference
                .features()
                .ifPresent(set -> yardstick(set).ifPresent(value -> numbers.put(network.distance() + BESIDE, value)));
        judged.features().ifPresent(set -> {
            score(network, set, numbers, cautions);
            reference.features().ifPresent(real -> compare(set, real, numbers, cautions));
        });
        Optional<Labels> labels = labels(judged, network);
        labels(reference, network).ifPresent(real -> numbers.put("label accuracy of the reference", real.accuracy()));
        return new Evaluation(
                Map.of(
                        "name", network.features(),
                        "dimension", Integer.toString(network.dimension()),
                        "fingerprint", network.fingerprint()),
                Side.of(judged),
                Side.of(reference),
                distance,
                numbers,
                labels,
                cautions.doubts(),
                cautions.remarks());
    }

    private static Distance distance(String name, FeatureStatistics one, FeatureStatistics other) {
        FrechetDistance distance = FrechetDistance.between(one, other, Threads.all());
        return new Distance(name, distance.means(), distance.covariances());
    }

    private static OptionalDouble yardstick(FeatureSet reference) {
        Optional<FeatureStatistics> even = SetStatistics.of(reference, SetStatistics.Part.EVEN);
        Optional<FeatureStatistics> odd = SetStatistics.of(reference, SetStatistics.Part.ODD);
        return even.isPresent() && odd.isPresent()
                ? OptionalDouble.of(FrechetDistance.between(even.get(), odd.get(), Threads.all())
                        .value())
                : OptionalDouble.empty();
    }

    private static void score(FeatureNetwork network, FeatureSet set, Map<String, Double> numbers, Cautions cautions) {
        if (set.count() < InceptionScore.SPLITS) {
            cautions.remark("%s needs %d images, %s has %d"
                    .formatted(network.score(), InceptionScore.SPLITS, set.name(), set.count()));
            return;
        }
        put(numbers, network.score(), SetComparison.score(set));
    }

    private static void compare(FeatureSet judged, FeatureSet real, Map<String, Double> numbers, Cautions cautions) {
        int fewest = Math.min(judged.count(), real.count());
        int size = Math.min(KernelDistance.SUBSET_SIZE, fewest);
        if (size < KernelDistance.SUBSET_SIZE) {
            cautions.remark("the kernel distance is of subsets of %d images instead of the usual %d"
                    .formatted(size, KernelDistance.SUBSET_SIZE));
        }
        put(numbers, "kernel distance", SetComparison.kernelDistance(judged, real, size));
        if (fewest <= PrecisionRecall.NEIGHBOURS) {
            cautions.remark("precision and recall need more than %d images of each set, the smaller one has %d"
                    .formatted(PrecisionRecall.NEIGHBOURS, fewest));
            return;
        }
        PrecisionRecall shares = SetComparison.precisionRecall(judged, real);
        numbers.put("precision", shares.precision());
        numbers.put("recall", shares.recall());
        numbers.put("F score of precision and recall", shares.fScore());
    }

    private static void put(Map<String, Double> numbers, String name, Spread spread) {
        numbers.put(name, spread.mean());
        numbers.put(name + ", deviation", spread.deviation());
    }

    private static Optional<Labels> labels(JudgedSet set, FeatureNetwork network) {
        return set.features().flatMap(FeatureSet::quality).map(quality -> Labels.of(quality, network.classes()));
    }

    /** What a person reads: a table, then what is to be known beside it. */
    public List<String> lines() {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("judged", shown(judged));
        rows.put("reference", shown(reference));
        rows.put("features", features.getOrDefault("name", ""));
        rows.put(distance.name(), number(distance.value()));
        numbers.forEach((name, value) -> rows.put(name, number(value)));
        labels.ifPresent(known ->
                rows.put("label accuracy", "%.1f%% of %,d images".formatted(100 * known.accuracy(), known.images())));
        labels.ifPresent(known ->
                known.byClass().forEach((name, accuracy) -> rows.put("  " + name, "%.1f%%".formatted(100 * accuracy))));
        int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        rows.forEach((name, value) -> lines.add(name + " ".repeat(width + 2 - name.length()) + value));
        doubts.forEach(doubt -> lines.add("beware: " + doubt));
        notes.forEach(note -> lines.add("note: " + note));
        return lines;
    }

    private static String shown(Side side) {
        return side.images.isPresent() ? "%s, %,d images".formatted(side.name, side.images.getAsLong()) : side.name;
    }

    private static String number(double value) {
        return Math.abs(value) >= 100 ? "%.1f".formatted(value) : "%.4f".formatted(value);
    }

    /** All of it, each number with all its digits. */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("features", new TreeMap<>(features));
        json.put("judged", json(judged));
        json.put("reference", json(reference));
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", distance.name());
        values.put("value", distance.value());
        values.put("of the means", distance.means());
        values.put("of the covariances", distance.covariances());
        json.put("distance", values);
        json.put("numbers", numbers);
        labels.ifPresent(known -> json.put("label accuracy", known.accuracy()));
        labels.ifPresent(known -> json.put("label accuracy by class", known.byClass()));
        json.put("settings", settings());
        json.put("doubts", doubts);
        json.put("notes", notes);
        try {
            return JSON.writeValueAsString(json) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("numbers do not fit JSON", impossible);
        }
    }

    private static Map<String, Object> json(Side side) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", side.name);
        side.images.ifPresent(images -> json.put("images", images));
        if (!side.fingerprint.isEmpty()) {
            json.put("fingerprint of the pixels", side.fingerprint);
        }
        return json;
    }

    private static Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("splits of the score", InceptionScore.SPLITS);
        settings.put("seed of the splits", InceptionScore.SEED);
        settings.put("subsets of the kernel distance", KernelDistance.SUBSETS);
        settings.put("seed of the subsets", KernelDistance.SEED);
        settings.put("neighbours of precision and recall", PrecisionRecall.NEIGHBOURS);
        return settings;
    }
}
