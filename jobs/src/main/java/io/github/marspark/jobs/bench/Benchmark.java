package io.github.marspark.jobs.bench;

import java.util.List;
import java.util.Map;

/** One thing that can be measured. */
public interface Benchmark {
    /**
     * All that can be measured.
     *
     * @return in the order in which they are told
     */
    static List<Benchmark> all() {
        return List.of(
                new GemmBenchmark(),
                new StepBenchmark(),
                new TrainBenchmark(),
                new SampleBenchmark(),
                new EncodeBenchmark(),
                new EvaluateBenchmark());
    }

    /** What is written after {@code ./mar bench}. */
    String name();

    /** What is measured, in one line without a full stop. */
    String summary();

    /** Its settings by key, each with its default; those that every benchmark has are not among them. */
    Map<String, String> defaults();

    /** Measures, and writes a line for each result. */
    void run(BenchSettings settings, JsonLines lines);
}
