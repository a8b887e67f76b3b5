package io.github.marspark.jobs.command;

import io.github.marspark.jobs.bench.BenchSettings;
import io.github.marspark.jobs.bench.Benchmark;
import io.github.marspark.jobs.bench.Comparison;
import io.github.marspark.jobs.bench.JsonLines;
import io.github.marspark.jobs.recipe.UsageException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Measures the program on this machine and prints a line of JSON for each result. */
public final class BenchCommand implements Command {
    private static final String COMPARE = "compare";

    private final List<Benchmark> benchmarks = Benchmark.all();

    @Override
    public String name() {
        return "bench";
    }

    @Override
    public String summary() {
        return "measures speed and memory on this machine, as lines of JSON";
    }

    @Override
    public String help() {
        StringBuilder text = new StringBuilder("usage: ./mar bench WHAT [key=value …]\n");
        for (Benchmark benchmark : benchmarks) {
            text.append("%n  %-8s %s%n".formatted(benchmark.name(), benchmark.summary()));
            for (Map.Entry<String, String> key :
                    BenchSettings.defaults(benchmark).entrySet()) {
                text.append("             %s=%s%n".formatted(key.getKey(), key.getValue()));
            }
        }
        return text.append("""

                ./mar bench compare A.jsonl B.jsonl pairs the lines of two files and prints how many times as fast A is.

                Each line holds the median of the repeats, the fastest and the slowest, the threads, the processor and
                the BLAS library. Times are in seconds, rates per second, memory in MB of 1,000,000 bytes. steal and others are
                the shares of all cores that the host and other processes took since the line before; where they are above
                0.05 together, disturbed is true, and the line does not count.
                """).toString();
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        String what = arguments.isEmpty() ? "" : arguments.get(0);
        if (what.equals(COMPARE)) {
            compare(arguments.subList(1, arguments.size())).lines().forEach(out::println);
            return;
        }
        Benchmark benchmark = benchmarks.stream()
                .filter(one -> one.name().equals(what))
                .findFirst()
                .orElseThrow(() -> new UsageException("bench measures %s, not '%s'"
                        .formatted(benchmarks.stream().map(Benchmark::name).collect(Collectors.joining(", ")), what)));
        BenchSettings settings = BenchSettings.parse(benchmark, arguments.subList(1, arguments.size()));
        benchmark.run(settings, new JsonLines(benchmark.name(), settings.threads(), out));
    }

    private static Comparison compare(List<String> files) {
        if (files.size() != 2) {
            throw new UsageException("bench compare takes two files of lines that bench wrote, not " + files.size());
        }
        return new Comparison(Path.of(files.get(0)), Path.of(files.get(1)));
    }
}
