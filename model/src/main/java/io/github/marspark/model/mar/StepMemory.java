package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.MemoryMeter;
import io.github.marspark.model.tensor.Threads;
import io.github.marspark.model.tensor.Variable;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * The memory of a training step on a processor, outside of the Java heap, or on a GPU, known before any of it is taken.
 *
 * @param parameters P, how many numbers are learned
 * @param activations bytes of what a step computes on its way forward and back
 */
public record StepMemory(long parameters, long activations) {
    /**
     * Counts a step by going its way without computing, with as few and as many hidden tokens as the network's least mask
     * rate allows; the larger counts.
     *
     * @param config sizes of the network
     * @param batch B, images computed at once
     * @return what a step needs, but for blocks that kernels put aside for the time of one operation
     */
    public static StepMemory of(MarConfig config, int batch) {
        return of(config, batch, MemoryMeter::ofProcessor);
    }

    /** The same on a GPU, whose attention keeps nothing. */
    public static StepMemory ofGpu(MarConfig config, int batch) {
        return of(config, batch, MemoryMeter::ofGpu);
    }

    private static StepMemory of(MarConfig config, int batch, Supplier<MemoryMeter> meters) {
        ParameterLayout layout = MarParameters.layout(config);
        int fewest = config.masked(config.maskRate().minimum());
        return new StepMemory(
                layout.size(),
                Math.max(
                        activations(config, layout, batch, fewest, meters.get()),
                        activations(config, layout, batch, config.tokens(), meters.get())));
    }

    private static long activations(
            MarConfig config, ParameterLayout layout, int batch, int masked, MemoryMeter meter) {
        GaussianDiffusion diffusion = GaussianDiffusion.of(NoiseSchedule.COSINE, 1000);
        MarNetwork network = new MarNetwork(config, name -> parameter(layout, name));
        Draws draws = new Draws(0);
        long[] samples = LongStream.range(0, batch).toArray();
        float[] tokens = new float[batch * config.tokens() * config.tokenSize()];
        MarBatch drawn = MarBatch.draw(
                config, draws, diffusion.steps(), 0, samples, new int[batch], tokens, masked, new Threads(1));
        new MarObjective(network, new DiffusionLoss(diffusion))
                .pretend(meter.kernels(), drawn, DropoutKeys.of(draws, 0, samples));
        return meter.bytes();
    }

    private static Variable parameter(ParameterLayout layout, String name) {
        ParameterSpec spec = layout.specs().get(layout.index(name));
        return MemoryMeter.parameter(spec.rows(), spec.size() / spec.rows());
    }
}
