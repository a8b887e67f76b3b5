package io.github.marspark.jobs.evaluation;

import io.github.marspark.data.classifier.ClassifierDescription;
import io.github.marspark.data.classifier.TrainedClassifier;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.classifier.ClassifierFolder;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.model.classifier.Classifier;
import io.github.marspark.model.classifier.ClassifierConfig;
import io.github.marspark.model.tensor.Kernels;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The classifier of a collection, which every process reads once. */
final class ClassifierNetwork implements FeatureNetwork {
    private static final AtomicReference<@Nullable TrainedClassifier> OPENED = new AtomicReference<>();

    private final String folder;
    private final String fingerprint;
    private final List<String> classes;
    private final int heldOut;
    private final double heldOutAccuracy;

    private ClassifierNetwork(String folder, TrainedClassifier classifier) {
        ClassifierDescription description = classifier.description();
        this.folder = folder;
        this.fingerprint = classifier.fingerprint();
        this.classes = List.copyOf(description.classes());
        this.heldOut = description.heldOut();
        this.heldOutAccuracy = description.heldOutAccuracy();
    }

    /**
     * The classifier of a recipe.
     *
     * @throws IllegalArgumentException if it is of images of another size, or of other classes
     */
    static ClassifierNetwork of(Recipe recipe) {
        String folder = recipe.classifierFolder();
        TrainedClassifier classifier = ClassifierFolder.open(folder);
        ClassifierConfig config = classifier.description().config();
        require(
                config.resolution() == recipe.data().imageSize(),
                folder,
                "images of %d pixels a side, but data.image-size is %d"
                        .formatted(config.resolution(), recipe.data().imageSize()));
        require(
                config.imageChannels() == RgbImage.CHANNELS,
                folder,
                "images of %d channels, but images are read with %d"
                        .formatted(config.imageChannels(), RgbImage.CHANNELS));
        require(
                config.classes() == recipe.data().classes(),
                folder,
                "%d classes, but data.classes is %d"
                        .formatted(config.classes(), recipe.data().classes()));
        OPENED.set(classifier);
        return new ClassifierNetwork(folder, classifier);
    }

    private static void require(boolean holds, String folder, String what) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "the classifier in %s is of %s; train one for this recipe by ./mar train-classifier, or name another by classifier-folder="
                            .formatted(folder, what));
        }
    }

    @Override
    public Eye open(Kernels kernels) {
        Classifier network = opened().network();
        return images -> {
            Classifier.Answer answer = network.evaluate(kernels, rows(images));
            return new Seen(answer.features(), answer.logits());
        };
    }

    private TrainedClassifier opened() {
        synchronized (OPENED) {
            TrainedClassifier opened = OPENED.get();
            if (opened == null || !opened.fingerprint().equals(fingerprint)) {
                opened = ClassifierFolder.open(folder);
                OPENED.set(opened);
            }
            if (!opened.fingerprint().equals(fingerprint)) {
                throw new IllegalStateException(
                        "%s holds another classifier than when the job began; start the job again".formatted(folder));
            }
            return opened;
        }
    }

    /** {@code (B, H, W, 3)}, from -1 to 1. */
    private static float[] rows(List<RgbImage> images) {
        int values = images.get(0).samples().length;
        float[] rows = new float[images.size() * values];
        for (int image = 0; image < images.size(); image++) {
            float[] planes = images.get(image).normalized(); // (3, H, W)
            int pixels = planes.length / RgbImage.CHANNELS;
            for (int i = 0; i < planes.length; i++) {
                rows[image * values + i % pixels * RgbImage.CHANNELS + i / pixels] = planes[i];
            }
        }
        return rows;
    }

    @Override
    public String distance() {
        return Classifier.DISTANCE;
    }

    @Override
    public String score() {
        return "classifier score";
    }

    @Override
    public String features() {
        return "the collection's own classifier";
    }

    @Override
    public int dimension() {
        return ClassifierConfig.FEATURES;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public Optional<String> remark() {
        return Optional.of(
                heldOut == 0
                        ? "the classifier was measured on no images but those it was trained on"
                        : "the classifier is right on %.1f%% of %,d images that it was not trained on"
                                .formatted(100 * heldOutAccuracy, heldOut));
    }
}
