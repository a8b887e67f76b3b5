package io.github.marspark.jobs.bench;

import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileUtil;

/**
 * Encodes collections of tiny images, each by the job {@code encode} with a driver and an executor of their own, and tells
 * how much memory these have needed.
 */
final class EncodeMemory {
    private static final AutoencoderConfig TINY =
            new AutoencoderConfig(TinyImages.SIDE, 3, 4, List.of(1, 1), 1, List.of(), List.of(), 4, 1);

    private static final String RECIPE = """
            name = memory
            data { image-size = %d, classes = %d }
            tokenizer {
              width = 4, multipliers = [1, 1], residual-blocks = 1, attention-resolutions = []
              latent-channels = 4, groups = 1
            }
            encode { source = parquet, shard-megabytes = 4, batch = 256 }
            sample.iterations = 4
            """;

    private final TinyImages images = new TinyImages();
    private final Path folder;

    private EncodeMemory(Path folder) {
        this.folder = folder;
    }

    static void measure(BenchSettings settings, JsonLines lines) {
        try {
            Path folder = Files.createTempDirectory("mar-bench");
            try {
                new EncodeMemory(folder).measureAll(settings, lines);
            } finally {
                FileUtil.fullyDelete(folder.toFile());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the benchmark cannot write to %s: %s; set another folder with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=…"
                            .formatted(System.getProperty("java.io.tmpdir"), e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while images were encoded", e);
        }
    }

    private void measureAll(BenchSettings settings, JsonLines lines) throws IOException, InterruptedException {
        Files.writeString(recipe(), RECIPE.formatted(TinyImages.SIDE, TinyImages.CLASSES));
        Parameters parameters = Parameters.zeros(AutoencoderParameters.layout(TINY));
        parameters.initialize(new Draws(1));
        new Tokenizer(TINY, parameters.values(), 1).save(tokenizer());
        for (int count : settings.counts("collections")) {
            measure(count, settings.threads(), lines);
        }
    }

    private void measure(int count, int threads, JsonLines lines) throws IOException, InterruptedException {
        Path home = Files.createDirectory(folder.resolve("" + count));
        Path collection = Files.createDirectory(home.resolve("images"));
        images.write(collection, count);
        ClusterProcess process = new ClusterProcess(home, threads);
        long begin = System.nanoTime();
        process.run(
                "encode",
                recipe().toString(),
                "images=" + collection,
                "tokenizer-folder=" + tokenizer(),
                "latents=" + home.resolve("latents"));
        double seconds = (System.nanoTime() - begin) / 1e9;
        lines.write("memory", results(count, seconds, process));
        FileUtil.fullyDelete(home.toFile());
    }

    private static Map<String, Object> results(int count, double seconds, ClusterProcess process) throws IOException {
        Map<String, Object> results = new LinkedHashMap<>();
        results.put("images", count);
        results.put("driverPeakMegabytes", Math.rint(process.driver().peak()));
        results.put("driverHeapMegabytes", Math.rint(process.driver().heap()));
        results.put("executorPeakMegabytes", Math.rint(process.executor().peak()));
        results.put("executorHeapMegabytes", Math.rint(process.executor().heap()));
        results.put(
                "heapLimitMegabytes", Math.rint(ClusterProcess.HEAP_MEGABYTES * ClusterProcess.BYTES_A_MEGABYTE / 1e6));
        results.put("seconds", JsonLines.rounded(seconds));
        results.put("imagesPerSecond", JsonLines.rounded(count / seconds));
        return results;
    }

    private Path recipe() {
        return folder.resolve("memory.conf");
    }

    private Path tokenizer() {
        return folder.resolve("tokenizer");
    }
}
