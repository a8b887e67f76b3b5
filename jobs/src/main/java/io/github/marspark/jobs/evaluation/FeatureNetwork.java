package io.github.marspark.jobs.evaluation;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.model.tensor.Kernels;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** A network whose features images are compared by; travels to executors, where tasks open it. */
interface FeatureNetwork extends Serializable {
    /**
     * What the network says of some images.
     *
     * @param features {@code (B, D)}
     * @param logits {@code (B, K)}
     */
    record Seen(float[] features, float[] logits) {}

    /** Looks at images; used by one thread. */
    @FunctionalInterface
    interface Eye {
        /** Looks at images of one size. */
        Seen look(List<RgbImage> images);
    }

    /** Opens it in a task. */
    Eye open(Kernels kernels);

    /** What a Fréchet distance in its features is called. */
    String distance();

    /** What the score of its logits is called. */
    String score();

    /** What the features are called. */
    String features();

    /** D, numbers of a feature vector. */
    int dimension();

    /** Digits that no other network has. */
    String fingerprint();

    /** Names of the classes that labels are compared with; none if its classes are others than a collection's. */
    List<String> classes();

    /** Something to know of it beside the numbers, a sentence. */
    Optional<String> remark();
}
