package io.github.marspark.jobs.classifier;

import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.classifier.ClassifierDescription;
import io.github.marspark.data.classifier.TrainedClassifier;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.files.Product;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.images.ListedImages;
import io.github.marspark.jobs.images.SourceImage;
import io.github.marspark.jobs.images.TrainingImages;
import io.github.marspark.jobs.latents.LabelCheck;
import io.github.marspark.jobs.recipe.LabelUse;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.runtime.ProgressLine;
import io.github.marspark.jobs.runtime.SparkSessions;
import io.github.marspark.jobs.runtime.TimeLeft;
import io.github.marspark.jobs.tokenizer.TrainedFor;
import io.github.marspark.model.classifier.ClassifierConfig;
import io.github.marspark.model.classifier.ClassifierQuality;
import io.github.marspark.model.classifier.ClassifierTrainer;
import io.github.marspark.model.classifier.ClassifierTraining;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.random.Purpose;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/** Trains a classifier on the collection that a recipe names, on the driver's processor. */
public final class TrainClassifierJob {
    private static final long HELD_OUT = 2;
    private static final int WORST = 3;

    private final Recipe recipe;
    private final PrintStream out;

    /**
     * A training.
     *
     * @param recipe complete and checked
     * @param out where a person reads how it goes
     */
    public TrainClassifierJob(Recipe recipe, PrintStream out) {
        this.recipe = recipe;
        this.out = out;
    }

    /**
     * Trains, unless the folder holds what this recipe trains.
     *
     * @throws IllegalArgumentException if the images have no labels, or others than the recipe says
     */
    public void run() {
        if (recipe.data().labels() == LabelUse.NONE) {
            throw new IllegalArgumentException(
                    "data.labels is none, and a classifier learns labels; set data.labels=required, or partial");
        }
        TrainedFor trained = new TrainedFor(recipe, TrainedFor.Network.CLASSIFIER);
        if (!isDone(trained)) {
            FileStore folder = FileStore.at(recipe.classifierFolder());
            Lease.during(folder, Product.CLASSIFIER, "train-classifier", out, lease -> train(trained));
        }
    }

    private boolean isDone(TrainedFor trained) {
        if (trained.isDone()) {
            out.printf(
                    "%s already holds this classifier; nothing to train%n", Storage.shown(recipe.classifierFolder()));
            return true;
        }
        return false;
    }

    /** Whether there was something to train: another job may have trained it just before. */
    private boolean train(TrainedFor trained) {
        if (isDone(trained)) {
            return false;
        }
        ImageCollection collection = ImageCollection.of(recipe);
        ListedImages listed = listed(collection);
        TrainingImages images = new TrainingImages(
                collection,
                listed.images(),
                recipe.data().imageSize(),
                recipe.encode().maxPixels());
        TrainingImages.Split split = split(listed, images);
        out.printf(
                "training a classifier of %d classes on %,d images, %,d held out%n",
                recipe.data().classes(), split.training().length, split.isApart() ? split.heldOut().length : 0);
        ClassifierTrainer trainer = new ClassifierTrainer(
                config(),
                ClassifierTraining.usual(recipe.classifier().steps(), recipe.seed()),
                images.labelled(split.training()),
                new CpuKernels(Threads.all()));
        train(trainer);
        trained.write();
        finish(trainer.measure(images.labelled(split.heldOut())), trainer, listed, split);
        return true;
    }

    /** Spark lists the images and is not needed any more then. */
    private ListedImages listed(ImageCollection collection) {
        ListedImages listed;
        try (SparkSession spark = SparkSessions.open("train-classifier " + recipe.name())) {
            listed = ListedImages.labelled(spark, collection, recipe.data().classes());
        }
        listed.notes().forEach(out::println);
        new LabelCheck(
                        collection.root(),
                        recipe.data(),
                        "set images to the place that holds all classes, or",
                        collection.whereLabelsAre())
                .check(listed.classNames(), listed.labelCounts())
                .forEach(out::println);
        return listed;
    }

    private TrainingImages.Split split(ListedImages listed, TrainingImages images) {
        int[] labelled = IntStream.range(0, images.count())
                .filter(index -> listed.images().get(index).label() >= 0)
                .toArray();
        int[] places =
                new Draws(recipe.seed()).stream(Purpose.SHUFFLE, 0, HELD_OUT, 0).permutation(labelled.length);
        int[] order = IntStream.of(places).map(place -> labelled[place]).toArray();
        double share = recipe.classifier().validationShare();
        return images.split(order, Math.max(1, (int) Math.round(labelled.length * share)));
    }

    private ClassifierConfig config() {
        return new ClassifierConfig(
                recipe.data().imageSize(),
                RgbImage.CHANNELS,
                recipe.classifier().width(),
                recipe.data().classes());
    }

    private void train(ClassifierTrainer trainer) {
        int steps = recipe.classifier().steps();
        long start = System.nanoTime();
        try (ProgressLine line = new ProgressLine(out)) {
            for (int done = 1; done < steps; done++) {
                String state = line(done, trainer.step().loss(), start);
                line.show(() -> state);
            }
            line.end(line(steps, trainer.step().loss(), start));
        }
    }

    private String line(int done, double loss, long start) {
        int steps = recipe.classifier().steps();
        double seconds = (System.nanoTime() - start) / 1e9;
        return "classifier step %d of %d  loss %.4f  %s"
                .formatted(done, steps, loss, TimeLeft.words(seconds / done * (steps - done)));
    }

    private void finish(
            ClassifierQuality quality, ClassifierTrainer trainer, ListedImages listed, TrainingImages.Split split) {
        List<String> names = names(listed.classNames());
        ClassifierDescription description = new ClassifierDescription(
                config(), names, split.isApart() ? quality.images() : 0, quality.accuracy(), fingerprint(listed));
        TrainedClassifier classifier = new TrainedClassifier(description, trainer.values());
        ClassifierFolder.save(classifier, recipe.classifierFolder());
        out.printf(
                "classifier %.12s in %s: right on %.1f%% of %,d %s images%s%n",
                classifier.fingerprint(),
                Storage.shown(recipe.classifierFolder()),
                100 * quality.accuracy(),
                quality.images(),
                split.isApart() ? "held-out" : "training",
                worst(quality, names));
    }

    /** With data.labels = partial, the last classes may have no name. */
    private List<String> names(List<String> found) {
        return IntStream.range(0, recipe.data().classes())
                .mapToObj(label -> label < found.size() ? found.get(label) : Integer.toString(label))
                .toList();
    }

    private static String worst(ClassifierQuality quality, List<String> names) {
        List<String> worst = IntStream.range(0, names.size())
                .filter(label -> !Double.isNaN(quality.accuracy(label)))
                .boxed()
                .sorted((one, other) -> Double.compare(quality.accuracy(one), quality.accuracy(other)))
                .limit(WORST)
                .map(label -> "%s %.0f%%".formatted(names.get(label), 100 * quality.accuracy(label)))
                .toList();
        return "; least on " + String.join(", ", worst);
    }

    /** Of ids and labels, in the order of the ids. */
    private static String fingerprint(ListedImages listed) {
        Sha256 digest = new Sha256();
        for (SourceImage image : listed.images()) {
            digest.add("%s %d%n".formatted(image.id(), image.label()).getBytes(StandardCharsets.UTF_8));
        }
        return digest.digits();
    }
}
