package io.github.marspark.model.mar;

import static io.github.marspark.model.fixtures.Fixtures.model;

import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The network of the fixtures: its sizes, weights and recorded training batch. */
final class Reference {
    static final Npz TRAIN = Fixtures.npz("train");

    private Reference() {}

    static MarConfig config() {
        int ratio = model("mlp_ratio");
        Transformer encoder = new Transformer(
                model("encoder_embed_dim"), model("encoder_depth"), model("encoder_num_heads"), ratio, 0, 0);
        Transformer decoder = new Transformer(
                model("decoder_embed_dim"), model("decoder_depth"), model("decoder_num_heads"), ratio, 0, 0);
        return new MarConfig(
                model("img_size") / model("vae_stride"),
                model("vae_embed_dim"),
                model("patch_size"),
                model("class_num"),
                encoder,
                decoder,
                model("buffer_size"),
                new Head(model("diffloss_w"), model("diffloss_d")),
                model("diffusion_batch_mul"),
                number("label_drop_prob"),
                new MaskRate(number("mask_ratio_min")));
    }

    private static double number(String key) {
        return Fixtures.config().path("model").path(key).doubleValue();
    }

    static GaussianDiffusion diffusion() {
        return GaussianDiffusion.of(
                NoiseSchedule.COSINE, Fixtures.config().path("diffusion_steps").intValue());
    }

    static DiffusionLoss loss() {
        return new DiffusionLoss(diffusion());
    }

    /** The weights as variables with gradients of a number type, where kernels read and write them. */
    static Named<Variable> parameters(DataType type, Kernels kernels) {
        Npz weights = Fixtures.npz("weights");
        Named<Variable> parameters = new Named<>();
        for (String name : weights.names()) {
            int[] shape = weights.shape(name);
            int columns = shape[shape.length - 1];
            float[] values = weights.floats(name);
            int rows = values.length / columns;
            INDArray value = Nd4j.createFromArray(values).castTo(type);
            INDArray gradient = Nd4j.zeros(type, values.length);
            parameters.put(name, Variable.parameter(matrix(kernels, value, rows), matrix(kernels, gradient, rows)));
        }
        return parameters;
    }

    /** An array where kernels read and write it. */
    static Matrix matrix(Kernels kernels, INDArray array, int rows) {
        return Matrix.part(kernels.resident(array), 0, rows, Math.toIntExact(array.length() / rows));
    }

    /** The number type of kernels' own matrices. */
    static DataType typeOf(Kernels kernels) {
        Matrix matrix = kernels.allocate(1, 1);
        DataType type = matrix.type();
        kernels.release(matrix);
        return type;
    }

    static int batch() {
        return TRAIN.shape("in.orders")[0];
    }

    /** The recorded orders, of which the recorded number is masked. */
    static Masking masking() {
        return Masking.of(orders(TRAIN), TRAIN.integer("in.num_masked"));
    }

    static int[][] orders(Npz recorded) {
        int[] shape = recorded.shape("in.orders");
        int[] all = recorded.ints("in.orders");
        int[][] orders = new int[shape[0]][];
        for (int b = 0; b < shape[0]; b++) {
            orders[b] = Arrays.copyOfRange(all, b * shape[1], (b + 1) * shape[1]);
        }
        return orders;
    }

    /** Labels, -1 where the recorded case drops them. */
    static int[] labels(String dropped) {
        int[] labels = TRAIN.ints("in.labels");
        float[] drop = TRAIN.floats(dropped);
        for (int i = 0; i < labels.length; i++) {
            labels[i] = drop[i] == 1 ? -1 : labels[i];
        }
        return labels;
    }

    /** The recorded batch; the reference draws for all tokens, of which the masked ones are taken. */
    static MarBatch batch(String dropped) {
        Masking masking = masking();
        float[] mask = masking.mask();
        int[] unknown =
                IntStream.range(0, mask.length).filter(row -> mask[row] == 1).toArray();
        int all = batch() * config().tokens();
        int copies = config().timestepsPerToken();
        int size = config().tokenSize();
        int[] timesteps = new int[copies * unknown.length];
        float[] noise = new float[timesteps.length * size];
        for (int n = 0; n < timesteps.length; n++) {
            int row = n / unknown.length * all + unknown[n % unknown.length];
            timesteps[n] = TRAIN.ints("in.t")[row];
            System.arraycopy(TRAIN.floats("in.noise"), row * size, noise, n * size, size);
        }
        return new MarBatch(TRAIN.floats("out.tokens"), labels(dropped), masking, timesteps, noise);
    }
}
