package io.github.marspark.jobs.mesh;

import io.github.marspark.jobs.latents.GlobalBatch;
import io.github.marspark.jobs.latents.Slots;
import io.github.marspark.model.dl4j.MarFeatures;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * An executor's share of the batch of each step, made when it is asked for. The first is not given before every executor
 * has asked, and so has joined the mesh. Runs on executors; not thread-safe.
 */
final class MeshBatches implements Iterator<MultiDataSet> {
    private final BarrierTaskContext context;
    private final GlobalBatch batch;
    private final Slots slots;
    private final long firstStep;
    private final long steps;
    private long step;

    MeshBatches(BarrierTaskContext context, MeshPlan plan) {
        if (context.stageAttemptNumber() > 0) {
            throw new IllegalStateException(
                    "an executor was lost or has failed, and dl4j-shared cannot take another in; the same command goes on from the last checkpoint");
        }
        this.context = context;
        this.batch = GlobalBatch.ofRank(plan.recipe(), plan.latents(), context.partitionId(), plan.ranks());
        context.addTaskCompletionListener((TaskCompletionListener) ended -> batch.close());
        this.slots = Slots.of(plan.recipe().train(), context.partitionId(), plan.ranks());
        this.firstStep = plan.firstStep();
        this.steps = plan.recipe().train().steps();
        this.step = firstStep;
    }

    @Override
    public boolean hasNext() {
        return step < steps;
    }

    @Override
    public MultiDataSet next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the training has %d steps".formatted(steps));
        }
        if (step == firstStep) {
            context.barrier();
        }
        MarFeatures share = batch.slots(step, slots.first(), slots.end());
        step++;
        return share.toDataSet();
    }
}
