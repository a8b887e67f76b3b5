package io.github.marspark.model.optimization;

import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Adam with decoupled weight decay, and the moving average of the parameters in the same pass over memory. In step k,
 * from 1, with the scaled gradient g:
 *
 * <pre>
 * p &lt;- p (1 - lr decay)                                decayed parameters only
 * m1 &lt;- beta1 m1 + (1 - beta1) g
 * m2 &lt;- beta2 m2 + (1 - beta2) g²
 * p &lt;- p - lr / (1 - beta1^k) m1 / (sqrt(m2) / sqrt(1 - beta2^k) + epsilon)
 * average &lt;- rate average + (1 - rate) p
 * </pre>
 *
 * <p>All in float32, as the reference. Immutable and thread-safe.
 *
 * @param beta1 rate of the first moment, in [0, 1)
 * @param beta2 rate of the second moment, in [0, 1)
 * @param epsilon added to the root, positive
 * @param weightDecay share of a parameter lost a step at learning rate 1, at least 0
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter, algorithm 2</a>
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay) {
    /** What every training adds to the root. */
    public static final double EPSILON = 1e-8;

    /** The paper's: betas 0.9 and 0.95, weight decay 0.02. */
    public static final AdamW PAPER = new AdamW(0.9, 0.95, EPSILON, 0.02);

    private static final int BLOCK = 8192;

    /**
     * Checks the four.
     *
     * @throws IllegalArgumentException when one is out of its range
     */
    public AdamW {
        requireRate("beta1", beta1);
        requireRate("beta2", beta2);
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("epsilon is " + epsilon + ", must be positive");
        }
        if (!(weightDecay >= 0)) {
            throw new IllegalArgumentException("weight decay is " + weightDecay + ", must be at least 0");
        }
    }

    /**
     * Updates a range of the parameters, their moments and their average.
     *
     * @param state the arrays
     * @param offset first index
     * @param length how many
     * @param rule whether weight decay shrinks them
     * @param step learning rate and the like
     * @throws IndexOutOfBoundsException when the range is not within the arrays
     */
    public void update(OptimizerState state, int offset, int length, WeightDecayRule rule, OptimizerStep step) {
        Objects.checkFromIndexSize(offset, length, state.parameters().limit());
        Block block = new Block(factors(rule, step));
        for (int done = 0; done < length; done += BLOCK) {
            block.update(state, offset + done, Math.min(BLOCK, length - done));
        }
    }

    /** The constants of a step as a GPU's kernel is given them, for parameters that decay. */
    float[] constants(OptimizerStep step) {
        Factors of = factors(WeightDecayRule.DECAYED, step);
        return new float[] {
            of.scale,
            of.keep,
            of.beta1,
            of.rest1,
            of.beta2,
            of.rest2,
            of.rate,
            of.correction,
            of.epsilon,
            of.averageKeep,
            of.averageRest
        };
    }

    private Factors factors(WeightDecayRule rule, OptimizerStep step) {
        double t = step.number() + 1.0;
        double decay = rule == WeightDecayRule.DECAYED ? step.learningRate() * weightDecay : 0;
        return new Factors(
                (float) step.gradientScale(),
                (float) (1 - decay),
                (float) beta1,
                (float) (1 - beta1),
                (float) beta2,
                (float) (1 - beta2),
                (float) (step.learningRate() / (1 - Math.pow(beta1, t))),
                (float) (1 / Math.sqrt(1 - Math.pow(beta2, t))),
                (float) epsilon,
                (float) step.averageRate(),
                (float) (1 - step.averageRate()));
    }

    private static void requireRate(String name, double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(name + " is " + rate + ", must be in [0, 1)");
        }
    }

    /** The step's constants, rounded once from float64. */
    private record Factors(
            float scale,
            float keep,
            float beta1,
            float rest1,
            float beta2,
            float rest2,
            float rate,
            float correction,
            float epsilon,
            float averageKeep,
            float averageRest) {}

    /** Copies of a few thousand values at a time, so that the loops run over arrays in the processor's cache. */
    private static final class Block {
        private final Factors factors;
        private final float[] parameters = new float[BLOCK];
        private final float[] gradient = new float[BLOCK];
        private final float[] first = new float[BLOCK];
        private final float[] second = new float[BLOCK];

        Block(Factors factors) {
            this.factors = factors;
        }

        void update(OptimizerState state, int offset, int size) {
            state.parameters().get(offset, parameters, 0, size);
            state.gradient().get(offset, gradient, 0, size);
            state.firstMoment().get(offset, first, 0, size);
            state.secondMoment().get(offset, second, 0, size);
            moments(factors, gradient, first, second, size);
            parameters(factors, parameters, first, second, size);
            state.parameters().put(offset, parameters, 0, size);
            state.firstMoment().put(offset, first, 0, size);
            state.secondMoment().put(offset, second, 0, size);
            FloatBuffer average = state.average();
            if (average != null) {
                average.get(offset, gradient, 0, size);
                average(factors, gradient, parameters, size);
                average.put(offset, gradient, 0, size);
            }
        }

        private static void moments(Factors factors, float[] gradient, float[] first, float[] second, int size) {
            float scale = factors.scale;
            float beta1 = factors.beta1;
            float rest1 = factors.rest1;
            float beta2 = factors.beta2;
            float rest2 = factors.rest2;
            for (int i = 0; i < size; i++) {
                float g = scale * gradient[i];
                first[i] = beta1 * first[i] + rest1 * g;
                second[i] = beta2 * second[i] + rest2 * g * g;
            }
        }

        private static void parameters(Factors factors, float[] parameters, float[] first, float[] second, int size) {
            float keep = factors.keep;
            float rate = factors.rate;
            float correction = factors.correction;
            float epsilon = factors.epsilon;
            for (int i = 0; i < size; i++) {
                float root = (float) Math.sqrt(second[i]) * correction + epsilon;
                parameters[i] = keep * parameters[i] - rate * first[i] / root;
            }
        }

        private static void average(Factors factors, float[] average, float[] parameters, int size) {
            float keep = factors.averageKeep;
            float rest = factors.averageRest;
            for (int i = 0; i < size; i++) {
                average[i] = keep * average[i] + rest * parameters[i];
            }
        }
    }
}
