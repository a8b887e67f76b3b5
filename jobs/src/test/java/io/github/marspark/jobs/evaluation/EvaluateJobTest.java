package io.github.marspark.jobs.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.classifier.TrainedClassifier;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.data.inception.InceptionFile;
import io.github.marspark.data.statistics.StatisticsFile;
import io.github.marspark.jobs.classifier.ClassifierFolder;
import io.github.marspark.jobs.classifier.TrainClassifierJob;
import io.github.marspark.jobs.images.ParquetTestFile;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.tokenizer.TrainTokenizerJob;
import io.github.marspark.model.classifier.ClassifierParameters;
import io.github.marspark.model.evaluation.FeatureStatistics;
import io.github.marspark.model.inception.InceptionNetwork;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Evaluations in real Spark, by a classifier that was trained for ten steps. */
class EvaluateJobTest {
    @TempDir
    static Path home;

    @TempDir
    Path folder;

    private static Path images;

    @BeforeAll
    static void trainClassifier() {
        images = ToyCollection.folders(home.resolve("images"), 0, 40, 20);
        run(ToyCollection.recipe(home), "train-classifier");
    }

    @AfterEach
    void forgetTheMaster() {
        System.clearProperty("spark.master");
        System.clearProperty("spark.serializer");
        System.clearProperty("spark.kryo.registrationRequired");
    }

    @Test
    void drawnImagesAreComparedWithTheCollection() {
        Path samples = ToyCollection.folders(folder.resolve("drawn"), 100, 20, 40);
        ToyCollection.write(samples.resolve("samples.png"), ToyCollection.png(0, 20));
        String said = evaluate("evaluate.images=" + samples);
        assertThat(said)
                .contains("left out: 1 images beside folders of images, such as file:" + samples + "/samples.png")
                .contains(
                        "classifier distance  ",
                        "classifier distance of two halves of the reference",
                        "kernel distance")
                .contains("precision", "recall", "label accuracy", "classifier score", "  dark", "  light")
                .contains("beware: 20 images are not more than the 128 features, so their covariance is singular")
                .contains("was trained on, which rewards a network that remembers")
                .contains("note: the classifier is right on ")
                .doesNotContain("FID");
        assertThat(report()).contains("\"name\" : \"classifier distance\"", "fingerprint of the pixels");
    }

    @Test
    void foldersTarParquetAndIdxOfTheSameImagesGiveTheSameNumbers() throws IOException {
        Path samples = folder.resolve("drawn");
        ToyCollection.folders(samples.resolve("folders"), 0, 30, 40);
        ToyCollection.tar(samples.resolve("shards/part.tar"), 30, 40);
        ToyCollection.idx(samples.resolve("idx"), 30, 40);
        Path parquet = ParquetTestFile.write(
                samples.resolve("rows.parquet"), "required binary image; required int32 label;", 30, (row, i) -> {
                    row.add("image", Binary.fromConstantByteArray(ToyCollection.png(i, 40)));
                    row.add("label", i % 2);
                });
        evaluate("evaluate.images=" + samples.resolve("idx"));
        String distances = distances();
        for (Path other : new Path[] {samples.resolve("shards"), samples.resolve("shards/part.tar"), parquet}) {
            evaluate("evaluate.images=" + other);
            assertThat(distances()).as(other.toString()).isEqualTo(distances);
        }
        assertThat(distances).contains("label accuracy");
        evaluate("evaluate.images=" + samples.resolve("folders"));
        assertThat(distances())
                .contains("label accuracy")
                .as("class after class, another order")
                .isNotEmpty();
    }

    @Test
    void oneOrFourTasksGiveTheSameBits() {
        ToyCollection.idx(folder.resolve("many"), 2100, 40);
        ToyCollection.idx(folder.resolve("real"), 1500, 20);
        String[] settings = {"evaluate.images=" + folder.resolve("many"), "evaluate.reference=" + folder.resolve("real")
        };
        System.setProperty("spark.master", "local[1]");
        evaluate(settings);
        String one = report();
        System.setProperty("spark.master", "local[4]");
        evaluate(settings);
        assertThat(report()).isEqualTo(one).contains("\"images\" : 2100");
    }

    @Test
    void itRunsWhereKryoTakesRegisteredClassesOnly() {
        System.setProperty("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
        System.setProperty("spark.kryo.registrationRequired", "true");
        Path samples = ToyCollection.folders(folder.resolve("drawn"), 100, 20, 40);
        assertThat(evaluate("evaluate.images=" + samples)).contains("classifier distance");
    }

    @Test
    void reconstructionsAreComparedWithTheirOriginals() {
        Recipe recipe = ToyCollection.recipe(home);
        new TrainTokenizerJob(recipe, new PrintStream(OutputStream.nullOutputStream())).run();
        assertThat(evaluate("evaluate.judged=reconstructions"))
                .contains("reconstructions of " + images)
                .doesNotContain("was trained on");
    }

    @Test
    void statisticsThatWereWrittenStandForTheirImages() {
        Path samples = ToyCollection.folders(folder.resolve("drawn"), 100, 20, 40);
        Path statistics = folder.resolve("drawn.npz");
        evaluate("evaluate.images=" + samples, "evaluate.statistics=" + statistics);
        String distance = value("classifier distance");
        assertThat(StatisticsFile.read(statistics).count()).hasValue(20);
        String said = evaluate("evaluate.images=" + statistics);
        assertThat(value("classifier distance")).isEqualTo(distance);
        assertThat(said).contains("drawn.npz does not say which network its statistics are of");
        assertThat(evaluate("evaluate.images=" + statistics, "evaluate.reference=" + statistics))
                .contains("Fréchet distance", "neither file says which network its statistics are of");
    }

    @Test
    void whatCannotBeComparedIsRefusedInASentence() throws IOException {
        Path samples = ToyCollection.folders(folder.resolve("drawn"), 100, 20, 40);
        String drawn = "evaluate.images=" + samples;
        Path two = statistics("two.npz", 2);
        Path three = statistics("three.npz", 3);
        assertRefusal(
                "evaluate.reference is %s, statistics of 2 features, but the collection's own classifier has 128; give statistics of the same features, or choose others by evaluate.features="
                        .formatted(two),
                drawn,
                "evaluate.reference=" + two);
        assertRefusal(
                "evaluate.images is %s, statistics of 3 features, and evaluate.reference is %s, of 2; give two of the same features"
                        .formatted(three, two),
                "evaluate.images=" + three,
                "evaluate.reference=" + two);
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertRefusal(
                "%s is empty; put image files into it, in one folder for each class".formatted(empty),
                "evaluate.images=" + empty);
        Path text = Files.writeString(folder.resolve("notes.npz"), "no statistics");
        assertThatThrownBy(() -> evaluate("evaluate.images=" + text))
                .hasMessageContaining(text + ": is no whole .npz file");
        Path odd = Files.writeString(folder.resolve("notes.txt"), "nothing");
        assertRefusal(
                "evaluate.images is %s, a file of an unknown kind; give a folder, or a file that ends in .tar, .parquet, idx3-ubyte or .npz"
                        .formatted(odd),
                "evaluate.images=" + odd);
        assertRefusal(
                "evaluate.doubts is refuse, and 20 images are not more than the 128 features, so their covariance is singular: the distance is far too large and compares with nothing; take at least 10000; the reference, %s, was trained on, which rewards a network that remembers; evaluate.reference= names images that it has not seen"
                        .formatted(images),
                drawn,
                "evaluate.doubts=refuse");
        assertRefusal(
                "evaluate.judged is reconstructions, but evaluate.reference is %s, statistics, of which nothing can be reconstructed; name images"
                        .formatted(two),
                "evaluate.judged=reconstructions",
                "evaluate.reference=" + two);
        Path one = ToyCollection.folders(folder.resolve("one"), 0, 1, 20);
        assertRefusal(
                "evaluate.images is %s, which has 1 image that can be read; a covariance needs at least 2, and a distance that says something 10,000"
                        .formatted(one),
                "evaluate.images=" + one);
        assertRefusal(
                "file:%s holds no Inception network; ./mar import-features FILE writes it there, evaluate.inception= names another folder, and evaluate.features=classifier needs none"
                        .formatted(folder.resolve("inception")),
                drawn,
                "evaluate.features=inception",
                "evaluate.inception=" + folder.resolve("inception"));
    }

    @Test
    void imagesOfAnotherSizeAreRefusedUnlessTheyMayBeCut() {
        Path samples = folder.resolve("drawn");
        for (int i = 0; i < 4; i++) {
            ToyCollection.write(
                    samples.resolve("%04d/%d.png".formatted(i % 2, i)),
                    PngFile.bytes(new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB)));
        }
        assertRefusal(
                "0000/0.png in file:%s/0000/0.png has 12 × 10 pixels, but data.image-size is 8; evaluate.crop=all cuts such images"
                        .formatted(samples),
                "evaluate.images=" + samples);
        assertThat(evaluate("evaluate.images=" + samples, "evaluate.crop=all"))
                .contains("note: classifier score needs 10 images")
                .contains("the kernel distance is of subsets of 4 images instead of the usual 1000");
    }

    @Test
    void imagesOfOtherClassesThanTheClassifiersAreRefused() {
        Path samples = folder.resolve("drawn");
        ToyCollection.write(samples.resolve("dim/0.png"), ToyCollection.png(0, 20));
        ToyCollection.write(samples.resolve("light/1.png"), ToyCollection.png(1, 20));
        assertRefusal(
                "file:%s has a class dim, which the classifier does not know; it knows dark, light; train one on these classes, or set data.labels=none to judge without labels"
                        .formatted(samples),
                "evaluate.images=" + samples);
        assertRefusal(
                "the classifier in %s is of 2 classes, but data.classes is 3; train one for this recipe by ./mar train-classifier, or name another by classifier-folder="
                        .formatted(home.resolve("out/classifier")),
                "evaluate.images=" + samples,
                "data.classes=3");
        assertThatThrownBy(() -> evaluate("classifier-folder=" + folder.resolve("none"), "evaluate.images=" + samples))
                .hasMessageContaining("holds no classifier; ./mar train-classifier trains one");
    }

    @Test
    void imagesThatCannotBeReadAreToldAndTooManyRefused() {
        Path samples = ToyCollection.folders(folder.resolve("drawn"), 100, 20, 40);
        ToyCollection.write(samples.resolve("dark/broken.png"), "no image".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> evaluate("evaluate.images=" + samples))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "evaluate.images is %s, of whose 21 images 1 cannot be used, such as dark/broken.png "
                                .formatted(samples))
                .hasMessageEndingWith("; mend or remove them, or raise encode.max-reject-share");
        assertThat(evaluate("evaluate.images=" + samples, "encode.max-reject-share=0.1"))
                .contains("1 of 21 images of " + samples + " cannot be used, such as dark/broken.png ")
                .contains("drawn, 20 images");
    }

    @Test
    void aTrainedClassifierIsReusedForTheSameSettingsOnly() {
        assertThat(run(ToyCollection.recipe(home), "train-classifier"))
                .contains("already holds this classifier; nothing to train");
        assertThatThrownBy(() -> run(ToyCollection.recipe(home, "classifier.steps=11"), "train-classifier"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "file:%s holds a classifier that was trained otherwise: classifier.steps was 10, is 11; delete it or choose another folder by classifier-folder=",
                        home.resolve("out/classifier"));
        assertThatThrownBy(() -> run(
                        ToyCollection.recipe(home, "data.labels=none", "classifier-folder=" + folder.resolve("c")),
                        "train-classifier"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "data.labels is none, and a classifier learns labels; set data.labels=required, or partial");
    }

    @Test
    void inTheFeaturesOfTheInceptionNetworkTheDistanceIsCalledFid() throws IOException {
        Parameters parameters = Parameters.zeros(InceptionNetwork.layout());
        parameters.initialize(new Draws(1));
        Path inception = Files.createDirectories(folder.resolve("inception"));
        try (OutputStream stream = Files.newOutputStream(inception.resolve(InceptionFile.NAME))) {
            new InceptionFile(parameters.values()).write(stream);
        }
        Path samples = ToyCollection.folders(folder.resolve("drawn"), 100, 4, 40);
        Path real = ToyCollection.folders(folder.resolve("real"), 0, 4, 20);
        assertThat(evaluate(
                        "evaluate.images=" + samples,
                        "evaluate.reference=" + real,
                        "evaluate.features=inception",
                        "evaluate.inception=" + inception))
                .contains("FID  ", "FID of two halves of the reference", "note: Inception score needs 10 images")
                .contains("4 images are not more than the 2048 features")
                .doesNotContain("classifier", "label accuracy", "was trained on");
        assertThat(report()).contains("\"name\" : \"FID\"", "\"dimension\" : \"2048\"");
    }

    @Test
    void featuresThatAreNoNumbersAreRefusedByTheImage() throws IOException {
        TrainedClassifier classifier =
                ClassifierFolder.open(home.resolve("out/classifier").toString());
        long size =
                ClassifierParameters.layout(classifier.description().config()).size();
        INDArray values = Nd4j.valueArrayOf(new long[] {size}, Double.NaN, DataType.FLOAT);
        Path broken = Files.createDirectories(folder.resolve("broken"));
        try (OutputStream stream = Files.newOutputStream(broken.resolve(TrainedClassifier.FILE))) {
            new TrainedClassifier(classifier.description(), values).write(stream);
        }
        Path samples = ToyCollection.folders(folder.resolve("drawn"), 100, 2, 40);
        assertRefusal(
                "the features of dark/00100.png in file:%s/dark/00100.png are no finite numbers; look at the image, and train or import the network again"
                        .formatted(samples),
                "evaluate.images=" + samples,
                "classifier-folder=" + broken);
    }

    @Test
    void imagesThatAreNotThereAreNamedWithTheirKey() {
        String missing = folder.resolve("train-images-idx3-ubyte.gz").toString();
        Recipe recipe = ToyCollection.recipe(
                home, "images=" + missing, "encode.source=idx", "classifier-folder=" + folder.resolve("c"));
        assertThatThrownBy(() -> run(recipe, "train-classifier"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("file:%s does not exist; set images to the place of the images", missing);
    }

    private Path statistics(String name, int dimension) throws IOException {
        double[] covariance = new double[dimension * dimension];
        for (int i = 0; i < dimension; i++) {
            covariance[i * dimension + i] = 1;
        }
        Path file = folder.resolve(name);
        try (OutputStream stream = Files.newOutputStream(file)) {
            StatisticsFile.write(new FeatureStatistics(OptionalLong.of(9), new double[dimension], covariance), stream);
        }
        return file;
    }

    private void assertRefusal(String message, String... settings) {
        assertThatThrownBy(() -> evaluate(settings)).hasMessage(message);
    }

    private String evaluate(String... settings) {
        return run(ToyCollection.recipe(home, settings), "evaluate");
    }

    private static String run(Recipe recipe, String job) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        if (job.equals("evaluate")) {
            new EvaluateJob(recipe, out).run();
        } else {
            new TrainClassifierJob(recipe, out).run();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private String report() {
        try {
            return Files.readString(home.resolve("out/evaluation.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All numbers of the report. */
    private String distances() {
        String report = report();
        return report.substring(report.indexOf("\"distance\""), report.indexOf("\"settings\""));
    }

    private String value(String name) {
        return report().lines()
                .dropWhile(line -> !line.contains("\"name\" : \"" + name + "\""))
                .filter(line -> line.contains("\"value\""))
                .findFirst()
                .orElseThrow();
    }
}
