package io.github.marspark.jobs.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.checkpoint.CheckpointException;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointManifest;
import io.github.marspark.jobs.checkpoint.CheckpointManifest.Shard;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.checkpoint.DataCheck;
import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.recipe.CheckpointRecipe;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.model.parameters.ParameterLayout;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One rank's part in reading and writing checkpoints, in agreement with all others. Not thread-safe. */
final class RankCheckpoints {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int rank;
    private final TrainingPlan plan;
    private final Exchange exchange;
    private final ShardOptimizer optimizer;
    private final ParameterLayout layout;
    private final Consumer<String> say;
    private final Consumer<String> saved;
    private final CheckpointFolder folder;
    private final CheckpointRecipe when;
    private final long steps;
    private final String attempt;
    private long lastSave = System.nanoTime();

    /**
     * Of a rank.
     *
     * @param rank its number
     * @param plan of the training
     * @param exchange with the others
     * @param optimizer that holds the rank's shard
     * @param layout of the parameters
     * @param say where a person reads what was done
     * @param saved is told the address of each checkpoint, by rank 0
     */
    RankCheckpoints(
            int rank,
            TrainingPlan plan,
            Exchange exchange,
            ShardOptimizer optimizer,
            ParameterLayout layout,
            Consumer<String> say,
            Consumer<String> saved) {
        this.rank = rank;
        this.plan = plan;
        this.exchange = exchange;
        this.optimizer = optimizer;
        this.layout = layout;
        this.say = say;
        this.saved = saved;
        Recipe recipe = plan.recipe();
        this.folder = new CheckpointFolder(recipe.checkpoints());
        this.when = recipe.train().checkpoint();
        this.steps = recipe.train().steps();
        this.attempt = "%x".formatted(plan.run());
    }

    /** Goes to the newest checkpoint that is whole; all ranks agree which it is. */
    long restore() {
        if (rank == 0) {
            folder.removeUnfinished(attempt);
        }
        for (long step : agreedSteps()) {
            String problem = firstProblem(step);
            if (problem.isEmpty()) {
                CheckpointReader reader = CheckpointReader.at(folder, step);
                DataCheck.requireSame(reader, plan.latents());
                optimizer.restore(reader);
                say.accept("goes on from %s".formatted(folder.store().path(CheckpointFolder.name(step))));
                return step;
            }
            if (rank == 0) {
                say.accept("warning: %s; it is kept as %s, and the checkpoint before it is used"
                        .formatted(problem, folder.setAside(step)));
            }
        }
        return 0;
    }

    private List<Long> agreedSteps() {
        String own = rank == 0
                ? String.join(",", folder.steps().stream().map(Object::toString).toList())
                : "";
        String agreed = exchange.gatherText(0, "list of checkpoints", own).get(0);
        return Arrays.stream(agreed.split(",", -1))
                .filter(text -> !text.isEmpty())
                .map(Long::valueOf)
                .toList();
    }

    /** Compares the checksums of a checkpoint, every rank those of some files. */
    private String firstProblem(long step) {
        String problem = "";
        try {
            List<Shard> shards = folder.manifest(step).shards();
            for (int i = rank; i < shards.size(); i += plan.ranks()) {
                folder.verify(step, shards.get(i));
            }
        } catch (CheckpointException damaged) {
            problem = String.valueOf(damaged.getMessage());
        }
        return exchange.gatherText(step, "check of the checkpoint", problem).stream()
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
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

    /** Writes a checkpoint; returns empty, or why there is none. */
    String save(long done) {
        String unfinished = CheckpointFolder.unfinished(done, attempt);
        List<Shard> shards = new ArrayList<>();
        for (String written : exchange.gatherText(done, "shard of the checkpoint", writeShard(unfinished))) {
            if (!written.startsWith("{")) {
                return "the checkpoint of step %d cannot be written: %s; the one before is as it was"
                        .formatted(done, written);
            }
            shards.add(parse(written));
        }
        String problem = "";
        if (rank == 0) {
            problem = complete(unfinished, done, shards);
        }
        lastSave = System.nanoTime();
        return exchange.gatherText(done, "completion of the checkpoint", problem)
                .get(0);
    }

    private String writeShard(String unfinished) {
        long from = exchange.sharding().from(rank);
        long to = exchange.sharding().from(rank + 1);
        try {
            return JSON.writeValueAsString(
                    folder.writeShard(unfinished, rank, plan.ranks(), from, to, optimizer.tensors()));
        } catch (UncheckedIOException e) {
            return "rank " + rank + ": " + e.getMessage();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a shard's description cannot be written as JSON", e);
        }
    }

    private static Shard parse(String json) {
        try {
            return JSON.readValue(json, Shard.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("another rank's shard is described by no JSON: " + json, e);
        }
    }

    private String complete(String unfinished, long done, List<Shard> shards) {
        try {
            folder.complete(
                    unfinished,
                    CheckpointManifest.of(
                            done, plan.program(), plan.recipeText(), DataCheck.data(plan.latents()), layout, shards));
            folder.prune(when.keep(), when.keepEverySteps());
            saved.accept(folder.store().path(CheckpointFolder.name(done)).toString());
            return "";
        } catch (UncheckedIOException e) {
            return "the checkpoint of step %d cannot be written: %s; the one before is as it was"
                    .formatted(done, e.getMessage());
        }
    }
}
