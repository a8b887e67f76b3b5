package io.github.marspark.jobs.evaluation;

import io.github.marspark.jobs.recipe.JudgedImages;
import io.github.marspark.model.evaluation.SampleSize;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What is to be known beside numbers, a sentence each; not thread-safe. */
final class Cautions {
    private final List<String> doubts = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    /** What the numbers of images do to a distance. */
    void ofSizes(JudgedSet judged, JudgedSet reference, FeatureNetwork network) {
        Stream.of(judged, reference)
                .map(set -> set.statistics().count())
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .min()
                .ifPresent(images ->
                        SampleSize.caution(images, network.dimension()).ifPresent(doubts::add));
        Stream.of(judged, reference)
                .filter(set -> set.features().isEmpty())
                .forEach(set -> remarks.add(
                        "%s does not say which network its statistics are of; that it is the same is taken on trust"
                                .formatted(set.name())));
        Stream.of(judged, reference)
                .filter(set -> set.statistics().isSingular())
                .forEach(set -> remarks.add("the covariance of %s is singular".formatted(set.name())));
    }

    /** What it means which images are compared. */
    void ofPlaces(EvaluatedPlace judged, EvaluatedPlace reference, boolean trainedOn, JudgedImages kind) {
        if (kind == JudgedImages.IMAGES && judged.address().equals(reference.address())) {
            doubts.add("%s is compared with itself".formatted(judged.address()));
        } else if (trainedOn && kind == JudgedImages.IMAGES) {
            doubts.add(
                    "the reference, %s, was trained on, which rewards a network that remembers; evaluate.reference= names images that it has not seen"
                            .formatted(reference.address()));
        }
    }

    /** Adds something to know that casts no doubt. */
    void remark(String sentence) {
        remarks.add(sentence);
    }

    /** Why numbers say little. */
    List<String> doubts() {
        return List.copyOf(doubts);
    }

    /** What else is to be known. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }
}
