package io.github.marspark.jobs.mesh;

import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.progress.ProgressClient;
import io.github.marspark.jobs.progress.StepReport;
import io.github.marspark.jobs.recipe.RecipeSchedule;
import io.github.marspark.jobs.runtime.Device;
import io.github.marspark.model.dl4j.MarLayerNetwork;
import io.github.marspark.model.optimization.LearningRate;
import io.github.marspark.model.tensor.Threads;
import java.io.Serializable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkEnv;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.jspecify.annotations.Nullable;

/**
 * Counts the steps of an executor and tells the driver. DL4J keeps an exception of a step to itself, so this also knows
 * whether all steps were done. Runs on executors; belongs to the thread that trains.
 */
final class MeshListener extends BaseTrainingListener implements Serializable {
    private static final long serialVersionUID = 1;

    private final MeshPlan plan;
    private final String reporter;
    private transient long done;
    private transient long begin;
    private transient long computed;
    private transient double gradientNorm;
    private transient @Nullable RuntimeException failure;
    private transient @Nullable ProgressClient client;

    /**
     * A listener.
     *
     * @param reporter the executor whose losses are shown
     */
    MeshListener(MeshPlan plan, String reporter) {
        this.plan = plan;
        this.reporter = reporter;
    }

    @Override
    public void onEpochStart(Model model) {
        network(model).use(Device.choose(new Threads(plan.threads())).kernels());
        client().alive(executor(), plan.firstStep());
        begin = System.nanoTime();
    }

    @Override
    public void onGradientCalculation(Model model) {
        computed = System.nanoTime();
        if (executor().equals(reporter)) {
            gradientNorm = ((ComputationGraph) model)
                    .getFlattenedGradients()
                    .norm2Number()
                    .doubleValue();
        }
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
        done++;
        long step = plan.firstStep() + done;
        double loss = network(model).loss();
        requireFinite(step, loss);
        client().alive(executor(), step);
        if (executor().equals(reporter)) {
            client().report(report(step, loss));
        }
        begin = System.nanoTime();
    }

    private static MarLayerNetwork network(Model model) {
        return MarLayerNetwork.of((ComputationGraph) model);
    }

    private void requireFinite(long step, double loss) {
        if (!Double.isFinite(loss)) {
            failure = new IllegalStateException(
                    "step %d: loss %s is not finite on executor %s; the last checkpoint is as it was; a lower train.learning-rate may help"
                            .formatted(step, loss, executor()));
            throw failure;
        }
    }

    private StepReport report(long step, double loss) {
        LearningRate rates = RecipeSchedule.of(plan.recipe().train());
        int images = plan.recipe().train().globalBatch();
        double nanos = System.nanoTime() - begin;
        double computing = (computed - begin) / nanos;
        return new StepReport(
                step,
                GlobalBatch.order(plan.recipe(), plan.latents()).epoch(step),
                loss,
                rates.at(step - 1),
                gradientNorm,
                images * TimeUnit.SECONDS.toNanos(1) / nanos,
                computing,
                0,
                1 - computing,
                0);
    }

    /** Tells the driver why this executor cannot go on. */
    void tell(RuntimeException why) {
        client().failed(String.valueOf(why.getMessage()));
    }

    /** What DL4J may have kept to itself. */
    void requireDone() {
        if (failure != null) {
            throw failure;
        }
        long steps = plan.recipe().train().steps() - plan.firstStep();
        if (done != steps) {
            throw new IllegalStateException(
                    "executor %s stopped after step %d of %d; its log says why, under SharedTrainingWrapper"
                            .formatted(executor(), plan.firstStep() + done, plan.firstStep() + steps));
        }
    }

    void close() {
        if (client != null) {
            client.close();
        }
    }

    private ProgressClient client() {
        ProgressClient known = client;
        if (known == null) {
            known = new ProgressClient(plan.progressAddress(), plan.token(), patience());
            client = known;
        }
        return known;
    }

    private Duration patience() {
        return Duration.ofSeconds(plan.recipe().train().peerTimeoutSeconds());
    }

    private static String executor() {
        return SparkEnv.get().executorId();
    }
}
