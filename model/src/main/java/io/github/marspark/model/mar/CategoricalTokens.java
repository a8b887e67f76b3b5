package io.github.marspark.model.mar;

import io.github.marspark.model.loss.Categorical;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;

/**
 * Draws ids, each from {@code softmax(o / temperature)} by a uniform number of its own, where guidance {@code w} makes
 * {@code o = o_u + w (o_c - o_u)} of the logits without and with a class.
 */
final class CategoricalTokens implements TokenSampler {
    private final CategoricalHead head;
    private final double temperature;

    CategoricalTokens(CategoricalHead head, double temperature) {
        this.head = head;
        this.temperature = temperature;
    }

    /** Logits, {@code (R, Q)} or {@code (2 R, Q)}. */
    @Override
    public Variable view(Tape tape, Variable z) {
        return head.logits(tape, z);
    }

    @Override
    public DrawnTokens draw(Tape tape, Variable logits, GenerationBatch batch, IterationNoise noise, double guidance) {
        float[] all = logits.value().toFloats();
        int rows = batch.next().length;
        DrawnTokens drawn = new DrawnTokens(new float[rows], new double[rows]);
        tape.kernels().threads().split(rows, 1, (from, to) -> {
            for (int row = from; row < to; row++) {
                Categorical distribution =
                        Categorical.of(guided(all, row, rows, logits.columns(), guidance), temperature);
                int token = batch.next()[row];
                int id = distribution.draw(noise.uniform(token / batch.length(), token % batch.length()));
                drawn.values()[row] = id;
                drawn.logProbabilities()[row] = Math.log(distribution.of(id));
            }
        });
        return drawn;
    }

    /** The logits of a row of R, guided where there are 2 R. */
    static double[] guided(float[] logits, int row, int rows, int codes, double guidance) {
        double[] guided = new double[codes];
        if (logits.length == rows * codes) {
            Arrays.setAll(guided, k -> logits[row * codes + k]);
        } else {
            Arrays.setAll(guided, k -> {
                double unconditional = logits[(rows + row) * codes + k];
                return unconditional + guidance * (logits[row * codes + k] - unconditional);
            });
        }
        return guided;
    }
}
