package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.loss.LossTerms;
import io.github.marspark.model.mar.TokenObjective.Prediction;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/**
 * The training objective: the loss of the tokens that are predicted, averaged over them and over their time steps.
 *
 * <p>A decoder's last normalisation and the head run for these tokens only, since no other reaches the loss.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">sections 3.2 and 3.4</a>
 */
public final class MarObjective {
    private final MarNetwork network;
    private final TokenObjective objective;
    private final Recomputation recomputation;

    /**
     * The objective of a network, which computes nothing twice.
     *
     * @param loss of tokens of D numbers; of those that are ids it is the cross-entropy
     */
    public MarObjective(MarNetwork network, DiffusionLoss loss) {
        this(network, loss, Recomputation.NONE);
    }

    /**
     * The objective of a network.
     *
     * @param loss of tokens of D numbers; of those that are ids it is the cross-entropy
     * @param recomputation of what is not kept for the way back
     */
    public MarObjective(MarNetwork network, DiffusionLoss loss, Recomputation recomputation) {
        this.recomputation = recomputation;
        this.network = network;
        this.objective = TokenObjective.of(network, loss);
    }

    /** The loss of a batch, without gradients. */
    public LossTerms evaluate(Kernels kernels, MarBatch batch, DropoutKeys dropout) {
        try (Tape tape = Tape.computing(kernels)) {
            return new Pass(tape, batch, dropout).terms();
        }
    }

    /**
     * The loss of a batch; every parameter's gradient is written by one pass forward and one back.
     *
     * @return the loss; asking for it waits for kernels that compute later than they are told
     */
    public DoubleSupplier differentiate(Kernels kernels, MarBatch batch, DropoutKeys dropout) {
        try (Tape tape = recording(kernels)) {
            Pass pass = new Pass(tape, batch, dropout);
            return pass.backward(gradient -> kernels.losses()
                    .map(losses -> pass.prediction.differentiate(losses, gradient))
                    .orElseGet(() -> pass.differentiateOnHost(gradient)));
        }
    }

    /** Goes the way of {@link #differentiate} on kernels that compute nothing. */
    void pretend(Kernels kernels, MarBatch batch, DropoutKeys dropout) {
        try (Tape tape = recording(kernels)) {
            Pass pass = new Pass(tape, batch, dropout);
            pass.backward(gradient -> kernels.losses()
                    .map(losses -> pass.prediction.differentiate(losses, gradient))
                    .orElse(() -> 0));
        }
    }

    private Tape recording(Kernels kernels) {
        return recomputation == Recomputation.BLOCKS ? Tape.recomputing(kernels) : Tape.recording(kernels);
    }

    /** One way forward, and back. */
    private final class Pass {
        private final Tape tape;
        private final Prediction prediction;

        Pass(Tape tape, MarBatch batch, DropoutKeys dropout) {
            batch.requireClasses(network.config().classes());
            this.tape = tape;
            int[] targets = network.body().targets(batch.masking()); // (R)
            Variable z = network.body()
                    .conditions(tape, batch.tokens(), batch.labels(), batch.masking(), targets, dropout); // (R, F)
            this.prediction = objective.predict(tape, batch, targets, z);
        }

        LossTerms terms() {
            return prediction.terms();
        }

        DoubleSupplier differentiateOnHost(Matrix gradient) {
            LossTerms terms = terms();
            gradient.assign(terms.gradientAsFloats());
            return terms::loss;
        }

        /** Goes back from the loss, whose gradient by the output is written by the given. */
        DoubleSupplier backward(Function<Matrix, DoubleSupplier> loss) {
            Variable output = prediction.output();
            Matrix gradient = tape.kernels().allocate(output.rows(), output.columns());
            DoubleSupplier value = loss.apply(gradient);
            tape.backward(output, gradient);
            tape.kernels().release(gradient);
            return value;
        }
    }
}
