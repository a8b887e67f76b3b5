package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.training.StepCost;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** What the time of steps is spent on, as shares of all of it. */
final class StepSplit {
    private StepSplit() {}

    /** The shares of the steps of all ranks together. */
    static Map<String, Double> shares(List<StepCost> steps) {
        double all = sum(steps, StepCost::all);
        Map<String, Double> shares = new LinkedHashMap<>();
        shares.put("computation", JsonLines.rounded(sum(steps, StepCost::computing) / all));
        shares.put("reduction", JsonLines.rounded(sum(steps, StepCost::reducing) / all));
        shares.put("update", JsonLines.rounded(sum(steps, StepCost::updating) / all));
        shares.put("communication", JsonLines.rounded(sum(steps, StepCost::communicating) / all));
        return shares;
    }

    private static double sum(List<StepCost> steps, ToLongFunction<StepCost> part) {
        return steps.stream().mapToLong(part).sum();
    }
}
