package io.github.marspark.jobs.training;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.tokenizer.Tokenizer;
import io.github.marspark.jobs.exchange.Exchange;
import io.github.marspark.jobs.files.TokenizerFolder;
import io.github.marspark.jobs.recipe.PreviewRecipe;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.sample.PreviewFolder;
import io.github.marspark.jobs.sample.PreviewPainter;
import io.github.marspark.jobs.sample.PreviewPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One rank's part in the previews of a training: all ranks bring the moving average together where the parameters were, rank
 * 0 draws from it, and the parameters come back. A preview that fails is told of, and the training goes on. Not thread-safe.
 */
final class Previews {
    private static final Outcome<Long> WELL = new Outcome.Done<>(0L);

    private final Recipe recipe;
    private final PreviewRecipe when;
    private final RankStep rankStep;
    private final Exchange exchange;
    private final Consumer<String> say;
    private @Nullable Tokenizer tokenizer;

    /**
     * Of a rank.
     *
     * @param recipe of the training
     * @param rankStep is between two steps whenever this is called
     * @param say where a person reads, of rank 0
     */
    Previews(Recipe recipe, RankStep rankStep, Consumer<String> say) {
        this.recipe = recipe;
        this.when = recipe.train().preview();
        this.rankStep = rankStep;
        this.exchange = rankStep.exchange();
        this.say = say;
    }

    /** Opens the tokenizer where it is used; called by all ranks before the first step, with the same outcome on all. */
    Outcome<Long> begin() {
        if (!when.isWanted()) {
            return WELL;
        }
        Outcome<Long> own = isPainting()
                ? tried("previews cannot be decoded", () -> tokenizer = TokenizerFolder.open(recipe.tokenizerFolder()))
                : WELL;
        return agreed(0, "tokenizer of the previews", own);
    }

    private boolean isPainting() {
        return exchange.rank() == 0;
    }

    private Outcome<Long> agreed(long done, String phase, Outcome<Long> own) {
        return Outcome.gather(exchange, done, phase, own, Long.class).get(0);
    }

    private static Outcome<Long> tried(String failure, Runnable work) {
        try {
            work.run();
            return WELL;
        } catch (RuntimeException e) { // whatever it is, it is no reason to lose a training
            return new Outcome.Failed<>("%s: %s".formatted(failure, e.getMessage()));
        }
    }

    /** Draws a preview where one is due after a number of steps; called by all ranks. */
    void after(long done) {
        if (!when.isWanted()
                || (done % when.everySteps() != 0 && done != recipe.train().steps())) {
            return;
        }
        PreviewPlan plan = PreviewPlan.of(recipe);
        List<RgbImage> images = new ArrayList<>();
        Outcome<Long> drawn = rankStep.onAverage(done, average -> paint(plan, done, average, images));
        Outcome<Long> kept = isPainting() && drawn.failure().isEmpty()
                ? tried("it cannot be kept", () -> new PreviewFolder(plan).keep(done, images))
                : drawn;
        kept.failure()
                .ifPresent(failed -> say.accept("the preview of step %d is left out, and the training goes on: %s"
                        .formatted(done, failed.reason())));
    }

    /** Batch after batch, since those who wait want to hear of it. */
    private Outcome<Long> paint(PreviewPlan plan, long done, INDArray average, List<RgbImage> images) {
        Sitting sitting = new Sitting(plan, average, images);
        Outcome<Long> drawn = WELL;
        for (int batch = 0; batch < plan.batches() && drawn.failure().isEmpty(); batch++) {
            int number = batch;
            Outcome<Long> own = isPainting() ? tried("it cannot be drawn", () -> sitting.paint(number)) : WELL;
            drawn = agreed(done, "batch %d of the preview".formatted(batch), own);
        }
        return drawn;
    }

    /** The drawing of one preview, which begins with its first batch. */
    private final class Sitting {
        private final PreviewPlan plan;
        private final INDArray average;
        private final List<RgbImage> images;
        private @Nullable PreviewPainter painter;

        Sitting(PreviewPlan plan, INDArray average, List<RgbImage> images) {
            this.plan = plan;
            this.average = average;
            this.images = images;
        }

        void paint(int batch) {
            if (painter == null) {
                painter = new PreviewPainter(
                        plan,
                        average,
                        Objects.requireNonNull(tokenizer, "previews have not begun"),
                        rankStep.replica().kernels());
            }
            images.addAll(painter.paint(batch));
        }
    }
}
