package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.recipe.Suggestion;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.model.cuda.CudaLibraries;
import io.github.marspark.model.cuda.Gpu;
import io.github.marspark.model.cuda.Precision;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Threads;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a person wants measured, and how often. Immutable. */
public final class BenchSettings {
    private static final String OPTION = "--";

    private final Map<String, String> values;

    private BenchSettings(Map<String, String> values) {
        this.values = values;
    }

    /** The settings of all benchmarks and of this one, each with its default. */
    public static Map<String, String> defaults(Benchmark benchmark) {
        Map<String, String> defaults = new LinkedHashMap<>(benchmark.defaults());
        defaults.putIfAbsent("threads", "" + Runtime.getRuntime().availableProcessors());
        defaults.putIfAbsent("device", "cpu");
        defaults.putIfAbsent("precision", "float32");
        defaults.putIfAbsent("warmup", "2");
        defaults.putIfAbsent("repeats", "5");
        return defaults;
    }

    /**
     * Reads the words after a benchmark's name.
     *
     * @param words {@code key=value}, or {@code --key} for a switch
     * @throws UsageException for a key that the benchmark does not have
     */
    public static BenchSettings parse(Benchmark benchmark, List<String> words) {
        Map<String, String> values = defaults(benchmark);
        for (String word : words) {
            boolean option = word.startsWith(OPTION);
            int equals = word.indexOf('=');
            if (option == (equals >= 0)) {
                throw new UsageException(
                        "bench %s does not understand %s; write key=value".formatted(benchmark.name(), word));
            }
            String key = option ? word.substring(OPTION.length()) : word.substring(0, equals);
            if (!values.containsKey(key)) {
                throw new UsageException("bench %s has no key %s; %s"
                        .formatted(
                                benchmark.name(),
                                key,
                                Suggestion.nearest(key, values.keySet())
                                        .map("did you mean %s?"::formatted)
                                        .orElse("it has " + String.join(", ", values.keySet()))));
            }
            values.put(key, option ? "true" : word.substring(equals + 1));
        }
        return new BenchSettings(values);
    }

    /** A word. */
    String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no benchmark has the key " + key);
        }
        return value;
    }

    /**
     * A number of things.
     *
     * @throws UsageException if it is no whole number of at least 1
     */
    int count(String key) {
        String value = text(key);
        if (!value.matches("[1-9]\\d{0,8}")) {
            throw new UsageException("%s is %s, must be a whole number of at least 1".formatted(key, value));
        }
        return Integer.parseInt(value);
    }

    /**
     * Several numbers of things, or none.
     *
     * @throws UsageException if they are not whole numbers of at least 1 with commas between them
     */
    int[] counts(String key) {
        String text = text(key);
        if (!text.matches("([1-9]\\d{0,8}(,[1-9]\\d{0,8})*)?")) {
            throw new UsageException("%s is %s, must be whole numbers with commas between them".formatted(key, text));
        }
        return Arrays.stream(text.split(","))
                .filter(number -> !number.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /** Whether a switch is on. */
    boolean isOn(String key) {
        return text(key).equals("true");
    }

    /**
     * What computes: the processor with its threads, or a GPU, the first of this machine.
     *
     * @throws UsageException if the device or the precision is none
     */
    Kernels kernels() {
        Threads threads = new Threads(threads());
        Precision precision = word("precision", Precision.values());
        return switch (word("device", BenchDevice.values())) {
            case CPU -> {
                if (precision != Precision.FLOAT32) {
                    throw new UsageException(
                            "precision is %s, must be float32 with device=cpu".formatted(text("precision")));
                }
                yield new CpuKernels(threads);
            }
            case GPU -> new CudaKernels(Gpu.open(CudaLibraries.ofProperty(), 0, precision), threads);
        };
    }

    /** What may compute. */
    private enum BenchDevice {
        CPU,
        GPU
    }

    private <E extends Enum<E>> E word(String key, E[] words) {
        for (E word : words) {
            if (word.name().toLowerCase(Locale.ROOT).equals(text(key))) {
                return word;
            }
        }
        throw new UsageException("%s is %s, must be one of %s"
                .formatted(key, text(key), Arrays.toString(words).toLowerCase(Locale.ROOT)));
    }

    /** Number of threads that compute. */
    public int threads() {
        return count("threads");
    }

    /** How often each measurement is made. */
    int repeats() {
        return count("repeats");
    }

    /** How often something is done before it is measured. */
    int warmup() {
        return count("warmup");
    }
}
