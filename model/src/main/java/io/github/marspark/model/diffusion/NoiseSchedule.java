package io.github.marspark.model.diffusion;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** How much noise each of the {@code T} steps of a diffusion adds: its {@code beta_t}, in float64. */
public enum NoiseSchedule {
    /**
     * {@code beta_t = min(1 - f((t+1)/T) / f(t/T), 0.999)} with {@code f(u) = cos²((u + 0.008) / 1.008 · π/2)}; the
     * paper's.
     *
     * @see <a href="https://arxiv.org/abs/2102.09672">Nichol and Dhariwal, equation 17</a>
     */
    COSINE {
        @Override
        double beta(int t, int timesteps) {
            DoubleUnaryOperator alphaBar = u -> square(Math.cos((u + 0.008) / 1.008 * Math.PI / 2));
            double kept = alphaBar.applyAsDouble((t + 1) / (double) timesteps)
                    / alphaBar.applyAsDouble(t / (double) timesteps);
            return Math.min(1 - kept, LARGEST);
        }
    },
    /**
     * {@code beta_t} from {@code 0.1/T} to {@code 20/T} in equal steps.
     *
     * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al., section 4</a>
     */
    LINEAR {
        @Override
        double beta(int t, int timesteps) {
            double first = 0.1 / timesteps;
            double last = 20.0 / timesteps;
            return Math.min(first + (last - first) * t / (timesteps - 1), LARGEST);
        }
    };

    private static final double LARGEST = 0.999;

    abstract double beta(int t, int timesteps);

    /**
     * The whole schedule.
     *
     * @param timesteps {@code T}, at least 2
     * @return {@code beta_0 … beta_{T-1}}, each in {@code (0, 0.999]}
     * @throws IllegalArgumentException when {@code timesteps} is less than 2
     */
    public double[] betas(int timesteps) {
        if (timesteps < 2) {
            throw new IllegalArgumentException("timesteps is " + timesteps + ", must be at least 2");
        }
        return IntStream.range(0, timesteps)
                .mapToDouble(t -> beta(t, timesteps))
                .toArray();
    }

    private static double square(double x) {
        return x * x;
    }
}
