package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.jobs.tokenizer.RecipeAutoencoder;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one process of an encoding does: decoding and cropping, encoding, and latents to a file and back; and the memory
 * of the whole job.
 */
final class EncodeBenchmark implements Benchmark {
    private static final String ALL = "all";

    private final Map<String, Part> parts = new LinkedHashMap<>();

    /** In the order of the memory they take, so that each line tells of its own; the last has processes of its own. */
    EncodeBenchmark() {
        parts.put("decode", Decoding::measure);
        parts.put("avro", LatentFiles::measure);
        AutoencoderConfig demo = RecipeAutoencoder.config(Workload.of("demo").recipe(1));
        parts.put("demo", (settings, lines) -> new TokenizerEncoding("demo", demo).measure(settings, lines));
        parts.put(
                "kl16",
                (settings, lines) -> new TokenizerEncoding("kl16", AutoencoderConfig.KL_16).measure(settings, lines));
        parts.put("memory", EncodeMemory::measure);
    }

    /** One of the measurements. */
    private interface Part {
        void measure(BenchSettings settings, JsonLines lines);
    }

    @Override
    public String name() {
        return "encode";
    }

    @Override
    public String summary() {
        return "images decoded and encoded, latents written and read, per second; memory of the job; config=decode, avro, demo, kl16, memory or all";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("config", ALL);
        defaults.put("images", "64");
        defaults.put("batch", "4");
        defaults.put("records", "1000");
        defaults.put("collections", "10000,100000,1000000");
        return defaults;
    }

    @Override
    public void run(BenchSettings settings, JsonLines lines) {
        String config = settings.text("config");
        if (!config.equals(ALL) && !parts.containsKey(config)) {
            throw new UsageException(
                    "config is %s, must be %s or one of %s".formatted(config, ALL, String.join(", ", parts.keySet())));
        }
        parts.forEach((name, part) -> {
            if (config.equals(ALL) || config.equals(name)) {
                part.measure(settings, lines);
            }
        });
    }
}
