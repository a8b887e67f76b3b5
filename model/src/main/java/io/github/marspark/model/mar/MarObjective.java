package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.diffusion.DiffusionTerms;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.stream.IntStream;

/**
 * The training objective: the diffusion loss of the masked tokens, averaged over them and over their time steps.
 *
 * <p>The decoder's last normalisation and the head run for masked tokens only, since no other reaches the loss.
 *
 * @see <a href="https://arxiv.org/abs/2406.11838">sections 3.2 and 3.4</a>
 */
public final class MarObjective {
    private final MarNetwork network;
    private final DiffusionLoss loss;

    /** The objective of a network. */
    public MarObjective(MarNetwork network, DiffusionLoss loss) {
        this.network = network;
        this.loss = loss;
    }

    /** The loss of a batch, without gradients. */
    public DiffusionTerms evaluate(Kernels kernels, MarBatch batch, DropoutKeys dropout) {
        try (Tape tape = Tape.computing(kernels)) {
            return new Pass(tape, batch, dropout).terms();
        }
    }

    /** The loss of a batch; every parameter's gradient is written by one pass forward and one back. */
    public DiffusionTerms differentiate(Kernels kernels, MarBatch batch, DropoutKeys dropout) {
        try (Tape tape = Tape.recording(kernels)) {
            Pass pass = new Pass(tape, batch, dropout);
            DiffusionTerms terms = pass.terms();
            pass.backward(terms);
            return terms;
        }
    }

    /** One way forward, and back. */
    private final class Pass {
        private final Tape tape;
        private final MarBatch batch;
        private final float[] targets;
        private final Variable output;

        Pass(Tape tape, MarBatch batch, DropoutKeys dropout) {
            batch.requireClasses(network.config().classes());
            this.tape = tape;
            this.batch = batch;
            int[] masked = batch.maskedRows();
            int[] rows = IntStream.range(0, batch.timesteps().length)
                    .map(n -> n % masked.length)
                    .toArray();
            this.targets = batch.targets(masked);
            float[] noisy = loss.diffuse(targets, batch.noise(), batch.timesteps());
            Variable encoded = network.encode(tape, batch.tokens(), batch.labels(), batch.masking(), dropout);
            Variable z = network.decode(tape, encoded, batch.masking(), masked, dropout); // (R, F)
            Variable condition = network.head().embedCondition(tape, z); // (R, W)
            this.output = network.head().denoise(tape, noisy, batch.timesteps(), condition, rows); // (N, 2 D)
        }

        DiffusionTerms terms() {
            return loss.evaluate(
                    targets,
                    batch.noise(),
                    batch.timesteps(),
                    output.value().toFloats(),
                    tape.kernels().threads());
        }

        void backward(DiffusionTerms terms) {
            Matrix gradient = tape.kernels().allocate(output.rows(), output.columns());
            gradient.assign(terms.gradientAsFloats());
            tape.backward(output, gradient);
            tape.kernels().release(gradient);
        }
    }
}
