package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointManifest;
import io.github.marspark.jobs.checkpoint.CheckpointPart;
import io.github.marspark.jobs.checkpoint.DataCheck;
import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.progress.FilesSeen;
import io.github.marspark.jobs.recipe.CheckpointRecipe;
import io.github.marspark.model.parameters.ParameterLayout;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One rank's part in writing checkpoints, in agreement with all others. Not thread-safe. */
final class RankCheckpoints {
    private final TrainingPlan plan;
    private final CheckpointFolder folder;
    private final Exchange exchange;
    private final ShardOptimizer optimizer;
    private final ParameterLayout layout;
    private final Function<FilesSeen, Map<String, String>> driver;
    private final CheckpointRecipe when;
    private final long steps;
    private long lastSave = System.nanoTime();

    /**
     * Of a rank.
     *
     * @param plan of the training
     * @param folder of the checkpoints
     * @param rankStep holds the rank's shard, and is between two steps whenever this is called
     * @param driver what it finds instead of files, asked by rank 0; an answer means that all metrics so far are kept
     */
    RankCheckpoints(
            TrainingPlan plan,
            CheckpointFolder folder,
            RankStep rankStep,
            Function<FilesSeen, Map<String, String>> driver) {
        this.plan = plan;
        this.folder = folder;
        this.exchange = rankStep.exchange();
        this.optimizer = rankStep.optimizer();
        this.layout = rankStep.replica().layout();
        this.driver = driver;
        this.when = plan.recipe().train().checkpoint();
        this.steps = plan.recipe().train().steps();
    }

    /** Whether a checkpoint is to be written; where the clock decides, it is rank 0's. */
    boolean isDue(long done) {
        if (done == steps || (when.everySteps() > 0 && done % when.everySteps() == 0)) {
            return true;
        }
        if (when.everyMinutes() == 0) {
            return false;
        }
        double minutes = (System.nanoTime() - lastSave) / (double) TimeUnit.MINUTES.toNanos(1);
        return exchange.gather(done, "clock", minutes >= when.everyMinutes() ? 1 : 0)
                        .get(0)[0]
                == 1;
    }

    /**
     * Writes a checkpoint, and deletes those that are not to be kept.
     *
     * @param done number of steps
     * @return its address, or why there is none; the same on all ranks
     */
    Outcome<String> save(long done) {
        String unfinished = CheckpointFolder.unfinished(done, plan.attempt());
        List<CheckpointPart> parts = new ArrayList<>();
        for (Outcome<CheckpointPart> written :
                Outcome.gather(exchange, done, "part of the checkpoint", write(unfinished), CheckpointPart.class)) {
            if (written instanceof Outcome.Failed<CheckpointPart> failed) {
                return none(done, failed.reason());
            }
            if (written instanceof Outcome.Done<CheckpointPart> one) {
                parts.add(one.value());
            }
        }
        Outcome<String> own =
                exchange.rank() == 0 ? complete(unfinished, done, parts) : new Outcome.Done<>(folder.address(done));
        lastSave = System.nanoTime();
        return Outcome.gather(exchange, done, "completion of the checkpoint", own, String.class)
                .get(0);
    }

    private static Outcome<String> none(long done, String reason) {
        return new Outcome.Failed<>(
                "the checkpoint of step %d cannot be written: %s; the one before is as it was".formatted(done, reason));
    }

    private Outcome<CheckpointPart> write(String unfinished) {
        try {
            return new Outcome.Done<>(
                    folder.parts().write(unfinished, exchange.rank(), exchange.sharding(), optimizer.tensors()));
        } catch (UncheckedIOException e) {
            return new Outcome.Failed<>("rank " + exchange.rank() + ": " + e.getMessage());
        }
    }

    /** Shows it when the driver sees all parts and has kept the metrics of its steps. */
    private Outcome<String> complete(String unfinished, long done, List<CheckpointPart> parts) {
        try {
            Map<String, Long> lengths =
                    parts.stream().collect(Collectors.toMap(CheckpointPart::file, CheckpointPart::bytes));
            Map<String, String> unseen = driver.apply(new FilesSeen(unfinished, lengths));
            if (!unseen.isEmpty()) {
                return none(done, hidden(unfinished, unseen));
            }
            folder.complete(
                    unfinished,
                    CheckpointManifest.of(
                            done, plan.program(), plan.recipeText(), DataCheck.data(plan.latents()), layout, parts));
            folder.prune(when.keep(), when.keepEverySteps());
            return new Outcome.Done<>(folder.address(done));
        } catch (UncheckedIOException | IllegalStateException e) {
            return none(done, String.valueOf(e.getMessage()));
        }
    }

    private String hidden(String unfinished, Map<String, String> unseen) {
        return unseen.entrySet().stream()
                .map(file -> "for the driver, %s/%s %s"
                        .formatted(folder.store().path(unfinished), file.getKey(), file.getValue()))
                .collect(Collectors.joining(" and "));
    }
}
