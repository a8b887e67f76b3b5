package io.github.marspark.model.autoencoder;

import io.github.marspark.model.optimization.Descent;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.nio.FloatBuffer;

/**
 * The codes of a quantised autoencoder in its training: gives the decoder the codes nearest to a batch's latents, draws both to
 * each other, and lets dead codes begin anew. Not thread-safe.
 *
 * <p>Its state, beside the parameters and what the optimiser keeps of them, are two counts of codes:
 * {@link #sinceRestart}, on which the next restart depends, and {@link #ofEpoch}, which is only told.
 */
final class CodeLearning implements Bottleneck {
    private final int size;
    private final Quantization quantization;
    private final Parameters parameters;
    private final Descent descent;
    private final Draws draws;
    private final Kernels kernels;
    private final int offset;
    private final CodeUsage sinceRestart;
    private final CodeUsage ofEpoch;

    CodeLearning(
            AutoencoderConfig config,
            Quantization quantization,
            Parameters parameters,
            Descent descent,
            Draws draws,
            Kernels kernels) {
        this.size = config.latentChannels();
        this.quantization = quantization;
        this.parameters = parameters;
        this.descent = descent;
        this.draws = draws;
        this.kernels = kernels;
        this.offset =
                Math.toIntExact(parameters.layout().offset(parameters.layout().index(AutoencoderParameters.CODEBOOK)));
        this.sinceRestart = new CodeUsage(config.codes());
        this.ofEpoch = new CodeUsage(config.codes());
    }

    /** How often each code was the nearest one in all batches since the last restart. */
    CodeUsage sinceRestart() {
        return sinceRestart;
    }

    /** How often each code was the nearest one in all batches since this was last cleared. */
    CodeUsage ofEpoch() {
        return ofEpoch;
    }

    @Override
    public Passage pass(float[] moments, long step, int[] samples) {
        if (quantization.restart().isAt(step)) {
            restart(moments, step);
        }
        Codebook codebook = new Codebook(codes().value().toFloats(), size);
        int[] ids = codebook.nearest(moments, kernels.threads());
        sinceRestart.add(ids);
        ofEpoch.add(ids);
        return new Quantised(moments, ids, codebook.rows(ids));
    }

    private Variable codes() {
        return parameters.variable(AutoencoderParameters.CODEBOOK);
    }

    /** Latents are those of the whole batch of the step. */
    private void restart(float[] latents, long step) {
        int[] dead = CodeRestart.dead(step, sinceRestart);
        FloatBuffer values = parameters.values().data().asNioFloat();
        FloatBuffer vectors = values.slice(offset, sinceRestart.codes() * size);
        CodeRestart.replace(dead, latents, draws.codeRestart(step, latents.length / size), vectors);
        for (int code : dead) {
            descent.forget(offset + code * size, size);
        }
        parameters.renewValues();
        sinceRestart.clear();
    }

    private final class Quantised implements Passage {
        private final float[] latents;
        private final int[] ids;
        private final float[] nearest;

        Quantised(float[] latents, int[] ids, float[] nearest) {
            this.latents = latents;
            this.ids = ids;
            this.nearest = nearest;
        }

        @Override
        public float[] latents() {
            return nearest;
        }

        @Override
        public double loss() {
            return quantization.loss(latents, nearest);
        }

        @Override
        public float[] backward(float[] gradient) {
            try (Tape tape = Tape.recording(kernels)) {
                Variable picked = tape.pick(codes(), ids); // (B h w, Z)
                Matrix ofCodes = kernels.allocate(quantization.codeGradient(latents, nearest), ids.length);
                tape.backward(picked, ofCodes);
                kernels.release(ofCodes);
            }
            return quantization.latentGradient(latents, nearest, gradient);
        }
    }
}
