package io.github.marspark.jobs.training;

import io.github.marspark.jobs.checkpoint.CheckpointException;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.checkpoint.CheckpointFormatException;
import io.github.marspark.jobs.checkpoint.CheckpointPart;
import io.github.marspark.jobs.checkpoint.CheckpointReader;
import io.github.marspark.jobs.checkpoint.DataCheck;
import io.github.marspark.jobs.exchange.Exchange;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Finds the checkpoint that a training goes on from, in agreement of all ranks, each of which reads some of its files. */
final class Resumption {
    private final CheckpointFolder folder;
    private final Exchange exchange;
    private final Consumer<String> say;

    /**
     * For a rank.
     *
     * @param folder of the checkpoints
     * @param exchange with the others
     * @param say where a person reads what was done, of rank 0
     */
    Resumption(CheckpointFolder folder, Exchange exchange, Consumer<String> say) {
        this.folder = folder;
        this.exchange = exchange;
        this.say = say;
    }

    /**
     * The newest checkpoint that is whole. Damaged ones after it are put out of the way; nothing is touched if none is whole.
     *
     * @param plan of the training
     * @return empty if there is no checkpoint at all
     * @throws CheckpointException on all ranks, if there are checkpoints and none can be used, if the newest is of a form
     *     that this program does not know, or if it is of other latents
     */
    Optional<CheckpointReader> find(TrainingPlan plan) {
        Map<Long, String> problems = new TreeMap<>(Comparator.reverseOrder());
        for (long step : agreedSteps()) {
            Optional<String> problem = firstProblem(step);
            if (problem.isEmpty()) {
                CheckpointReader reader = CheckpointReader.at(folder, step);
                reader.layout();
                DataCheck.requireSame(reader, plan.latents());
                problems.forEach(this::setAside);
                say.accept("goes on from %s".formatted(reader.path()));
                return Optional.of(reader);
            }
            problems.put(step, problem.get());
        }
        if (problems.isEmpty()) {
            return Optional.empty();
        }
        throw folder.noneUsable(problems);
    }

    private void setAside(long step, String problem) {
        if (exchange.rank() == 0) {
            say.accept("warning: %s; it is kept as %s, and the checkpoint before it is used"
                    .formatted(problem, folder.setAside(step)));
        }
    }

    private List<Long> agreedSteps() {
        String own =
                String.join(",", folder.steps().stream().map(Object::toString).toList());
        String agreed = exchange.gatherText(0, "list of checkpoints", own).get(0);
        return Arrays.stream(agreed.split(",", -1))
                .filter(text -> !text.isEmpty())
                .map(Long::valueOf)
                .toList();
    }

    /** Compares the checksums of a checkpoint, every rank those of some files. */
    private Optional<String> firstProblem(long step) {
        return Outcome.gather(exchange, step, "check of the checkpoint", verify(step), Long.class).stream()
                .flatMap(outcome -> outcome.failure().stream())
                .map(Outcome.Failed::reason)
                .findFirst();
    }

    private Outcome<Long> verify(long step) {
        try {
            List<CheckpointPart> parts = folder.manifest(step).parts();
            int ranks = exchange.sharding().ranks();
            for (int i = exchange.rank(); i < parts.size(); i += ranks) {
                folder.parts().verify(step, parts.get(i));
            }
            return new Outcome.Done<>(step);
        } catch (CheckpointFormatException unknown) {
            throw unknown;
        } catch (CheckpointException damaged) {
            return new Outcome.Failed<>(String.valueOf(damaged.getMessage()));
        }
    }
}
