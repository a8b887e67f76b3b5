package io.github.marspark.jobs.bench;

import io.github.marspark.model.tensor.Kernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Where the time of something goes, by operation of the kernels. */
final class Profile {
    private Profile() {}

    /**
     * Does something several times and writes a line for each operation, the slowest first: its share of the time and its
     * seconds each time. {@code outside} is what no operation takes.
     *
     * @param work what is done, with the kernels it is given
     */
    static void write(
            BenchSettings settings, Workload workload, Kernels kernels, Consumer<Kernels> work, JsonLines lines) {
        OperationMeter meter = new OperationMeter();
        Kernels watched = meter.watch(kernels);
        long begin = System.nanoTime();
        for (int i = 0; i < settings.repeats(); i++) {
            work.accept(watched);
        }
        double total = (System.nanoTime() - begin) / 1e9;
        Map<String, Double> seconds = meter.seconds();
        seconds.put(
                "outside", total - seconds.values().stream().mapToDouble(s -> s).sum());
        List<String> slowestFirst = new ArrayList<>(seconds.keySet());
        slowestFirst.sort(Comparator.comparingDouble(name -> -seconds.getOrDefault(name, 0.0)));
        for (String name : slowestFirst) {
            double taken = seconds.getOrDefault(name, 0.0);
            Map<String, Object> results = new LinkedHashMap<>();
            results.put("operation", name);
            results.put("share", JsonLines.rounded(taken / total));
            results.put("seconds", JsonLines.rounded(taken / settings.repeats()));
            lines.write(workload.name(), results);
        }
    }
}
