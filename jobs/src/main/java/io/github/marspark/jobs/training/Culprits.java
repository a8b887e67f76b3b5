package io.github.marspark.jobs.training;

import io.github.marspark.jobs.exchange.FlatVector;
import io.github.marspark.jobs.latents.Slots;
import io.github.marspark.jobs.recipe.NonFinite;
import io.github.marspark.model.optimization.GradientClipping;
import java.util.ArrayList;
import java.util.List;

/** Finds out which ranks' images gave a loss or gradient that is not finite. */
final class Culprits {
    private static final int MOST_NAMES = 8;
    private static final int PIECE = 1 << 20;

    private final RankStep rankStep;
    private final NonFinite then;

    /**
     * Of a training.
     *
     * @param rankStep does the steps
     * @param then what follows such a step
     */
    Culprits(RankStep rankStep, NonFinite then) {
        this.rankStep = rankStep;
        this.then = then;
    }

    /**
     * Computes a step again, on all ranks.
     *
     * @param step its number, from 0
     * @param result what it came to
     * @return a sentence, the same on all ranks
     */
    String describe(long step, StepResult result) {
        double loss = rankStep.replica().differentiate(rankStep.batch(), step, step + 1, rankStep.slots());
        boolean isFinite = Double.isFinite(loss) && isFinite(rankStep.replica());
        Outcome<Double> own = isFinite ? new Outcome.Done<>(loss) : new Outcome.Failed<>(names(step));
        List<Outcome<Double>> all = Outcome.gather(rankStep.exchange(), step, "finiteness", own, Double.class);
        List<String> culprits = new ArrayList<>();
        for (int rank = 0; rank < all.size(); rank++) {
            if (all.get(rank) instanceof Outcome.Failed<Double> images) {
                culprits.add("rank %d, whose images were %s".formatted(rank, images.reason()));
            }
        }
        return "step %d: loss %s and gradient are not finite on %s; %s"
                .formatted(
                        result.step(),
                        result.loss(),
                        culprits.isEmpty() ? "no rank by itself, but in their sum" : String.join("; ", culprits),
                        then == NonFinite.STOP
                                ? "the last checkpoint is as it was; a lower train.learning-rate may help"
                                : "the step is skipped");
    }

    private String names(long step) {
        Slots slots = rankStep.slots();
        List<String> names = rankStep.batch().ids(step, slots.first(), slots.end());
        return String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())))
                + (names.size() > MOST_NAMES ? " and %d more".formatted(names.size() - MOST_NAMES) : "");
    }

    private static boolean isFinite(Replica replica) {
        FlatVector vector = replica.gradient();
        double squares = 0;
        for (long at = 0; at < vector.size(); at += PIECE) {
            int length = (int) Math.min(PIECE, vector.size() - at);
            replica.fetchGradient(at, length);
            squares += GradientClipping.sumOfSquares(vector.part(at, length), 0, length);
        }
        return Double.isFinite(squares);
    }
}
