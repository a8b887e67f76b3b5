package io.github.marspark.jobs.bench;

import io.github.marspark.model.classifier.Classifier;
import io.github.marspark.model.classifier.ClassifierConfig;
import io.github.marspark.model.classifier.ClassifierParameters;
import io.github.marspark.model.evaluation.FeatureStatistics;
import io.github.marspark.model.evaluation.FeatureTable;
import io.github.marspark.model.evaluation.FrechetDistance;
import io.github.marspark.model.inception.InceptionInput;
import io.github.marspark.model.inception.InceptionNetwork;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The features of images by untrained networks, which take as long as trained ones, and the distance between two sets. */
final class EvaluateBenchmark implements Benchmark {
    private static final String BATCH = "batch";
    private static final String IMAGES = "images";
    private static final int CLASSES = 10;
    private static final int WIDTH = 24;

    @Override
    public String name() {
        return "evaluate";
    }

    @Override
    public String summary() {
        return "features of images a second by both networks, and the Fréchet distance of 2,048 of them";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put(BATCH, "8");
        defaults.put(IMAGES, "4096");
        defaults.put("dimension", "2048");
        defaults.put("image-size", "32");
        return defaults;
    }

    @Override
    public void run(BenchSettings settings, JsonLines lines) {
        Kernels kernels = new CpuKernels(new Threads(settings.threads()));
        int batch = settings.count(BATCH);
        rates("classifier", classifier(settings.count("image-size"), batch, kernels), batch, settings, lines);
        rates("inception", inception(batch, kernels), batch, settings, lines);
        distance(settings, lines);
    }

    private static void rates(String config, Runnable look, int batch, BenchSettings settings, JsonLines lines) {
        Map<String, Object> results = Times.interleaved(settings, look)[0].rates("imagesPerSecond", batch);
        results.put(BATCH, batch);
        lines.write(config, results);
    }

    private static Runnable classifier(int side, int batch, Kernels kernels) {
        ClassifierConfig config = new ClassifierConfig(side, InceptionInput.CHANNELS, WIDTH, CLASSES);
        Parameters parameters = initialized(ClassifierParameters.layout(config));
        Classifier classifier = new Classifier(config, parameters::variable);
        float[] pixels = random(batch * config.imageValues());
        return () -> classifier.evaluate(kernels, pixels);
    }

    private static Runnable inception(int batch, Kernels kernels) {
        INDArray values = initialized(InceptionNetwork.layout()).values();
        InceptionNetwork network = new InceptionNetwork(values);
        float[] levels = random(batch * InceptionInput.VALUES);
        return () -> network.evaluate(kernels, levels);
    }

    private static Parameters initialized(ParameterLayout layout) {
        Parameters parameters = Parameters.zeros(layout);
        parameters.initialize(new Draws(1));
        return parameters;
    }

    private static float[] random(int count) {
        Random random = new Random(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    private static void distance(BenchSettings settings, JsonLines lines) {
        Threads threads = new Threads(settings.threads());
        int dimension = settings.count("dimension");
        FeatureTable features = FeatureTable.of(random(settings.count(IMAGES) * dimension), dimension);
        FeatureStatistics[] statistics = {FeatureStatistics.of(features, threads)};
        Times[] times = Times.interleaved(
                settings,
                () -> statistics[0] = FeatureStatistics.of(features, threads),
                () -> FrechetDistance.between(statistics[0], statistics[0], threads));
        Map<String, Object> results = new LinkedHashMap<>();
        results.put("dimension", dimension);
        results.put(IMAGES, features.count());
        results.put("secondsOfStatistics", JsonLines.rounded(times[0].median()));
        results.put("secondsOfDistance", JsonLines.rounded(times[1].median()));
        lines.write("distance", results);
    }
}
