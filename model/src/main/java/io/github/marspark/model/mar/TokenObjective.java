package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.loss.CrossEntropyLoss;
import io.github.marspark.model.loss.LossTerms;
import io.github.marspark.model.tensor.Losses;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/** What a head predicts for the tokens of a batch, and what that costs. */
interface TokenObjective {
    /**
     * The objective of a network's head.
     *
     * @param diffusion the loss of tokens of D numbers
     */
    static TokenObjective of(MarNetwork network, DiffusionLoss diffusion) {
        Design design = network.config().design();
        return design.hasIds()
                ? ofIds(network.categoricalHead(), design.codes())
                : ofDiffusion(network.head(), diffusion);
    }

    /** A prediction, and its cost, which is computed when it is asked for. */
    interface Prediction {
        /** {@code (N, …)}. */
        Variable output();

        /** The loss, and its gradient by {@link #output}. */
        LossTerms terms();

        /**
         * The loss and its gradient where the output lies.
         *
         * @param gradient receives it, of the output's shape
         * @return the loss, which is there at the latest when it is asked for
         */
        DoubleSupplier differentiate(Losses losses, Matrix gradient);
    }

    /**
     * Predicts.
     *
     * @param targets {@code (R)}, numbers of the tokens to predict
     * @param z {@code (R, F)}
     */
    Prediction predict(Tape tape, MarBatch batch, int[] targets, Variable z);

    /** The diffusion loss of {@code N = m R} rows; the output is {@code (N, 2 D)}. */
    private static TokenObjective ofDiffusion(DiffusionHead head, DiffusionLoss loss) {
        return (tape, batch, targets, z) -> {
            int[] rows = IntStream.range(0, batch.timesteps().length)
                    .map(n -> n % targets.length)
                    .toArray();
            float[] clean = batch.targets(targets);
            float[] noisy = loss.diffuse(clean, batch.noise(), batch.timesteps());
            Variable condition = head.embedCondition(tape, z); // (R, W)
            Variable output = head.denoise(tape, noisy, batch.timesteps(), condition, rows); // (N, 2 D)
            return new Prediction() {
                @Override
                public Variable output() {
                    return output;
                }

                @Override
                public LossTerms terms() {
                    return loss.evaluate(
                            clean,
                            batch.noise(),
                            batch.timesteps(),
                            output.value().toFloats(),
                            tape.kernels().threads());
                }

                @Override
                public DoubleSupplier differentiate(Losses losses, Matrix gradient) {
                    return loss.differentiate(
                            losses, clean, batch.noise(), batch.timesteps(), output.value(), gradient);
                }
            };
        };
    }

    /** The cross-entropy of R ids; the output is {@code (R, Q)}. */
    private static TokenObjective ofIds(CategoricalHead head, int codes) {
        return (tape, batch, targets, z) -> {
            int[] all = TokenIds.of(batch.tokens(), codes);
            int[] ids = IntStream.of(targets).map(token -> all[token]).toArray();
            Variable logits = head.logits(tape, z); // (R, Q)
            return new Prediction() {
                @Override
                public Variable output() {
                    return logits;
                }

                @Override
                public LossTerms terms() {
                    return CrossEntropyLoss.evaluate(
                            ids, logits.value().toFloats(), tape.kernels().threads());
                }

                @Override
                public DoubleSupplier differentiate(Losses losses, Matrix gradient) {
                    return losses.crossEntropy(logits.value(), ids, gradient);
                }
            };
        };
    }
}
