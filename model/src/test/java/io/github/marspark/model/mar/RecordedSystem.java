package io.github.marspark.model.mar;

import io.github.marspark.model.diffusion.DiffusionLoss;
import io.github.marspark.model.diffusion.GaussianDiffusion;
import io.github.marspark.model.diffusion.NoiseSchedule;
import io.github.marspark.model.fixtures.ArFixtures;
import io.github.marspark.model.fixtures.Named;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.mar.Design.Attention;
import io.github.marspark.model.mar.Design.TokenLoss;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.masking.Masking;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A system of the fixtures: its sizes, weights and recorded training batch. */
enum RecordedSystem {
    RASTER_DIFF(Attention.CAUSAL, TokenOrder.RASTER, TokenLoss.DIFFUSION),
    RANDOM_DIFF(Attention.CAUSAL, TokenOrder.RANDOM, TokenLoss.DIFFUSION),
    RASTER_CE(Attention.CAUSAL, TokenOrder.RASTER, TokenLoss.CROSS_ENTROPY),
    RANDOM_CE(Attention.CAUSAL, TokenOrder.RANDOM, TokenLoss.CROSS_ENTROPY),
    MAR_CE(Attention.BIDIRECTIONAL, TokenOrder.RANDOM, TokenLoss.CROSS_ENTROPY);

    private final Attention attention;
    private final TokenOrder order;
    private final TokenLoss loss;

    RecordedSystem(Attention attention, TokenOrder order, TokenLoss loss) {
        this.attention = attention;
        this.order = order;
        this.loss = loss;
    }

    private static int model(String key) {
        return ArFixtures.FOLDER.model(key);
    }

    /** The system whose generation was recorded in a file. */
    static RecordedSystem ofSample(String file) {
        return Arrays.stream(values())
                .filter(system -> (file + "_").startsWith("sample_" + system.key() + "_"))
                .findFirst()
                .orElseThrow();
    }

    static DiffusionLoss loss() {
        return new DiffusionLoss(diffusion());
    }

    static GaussianDiffusion diffusion() {
        return GaussianDiffusion.of(NoiseSchedule.COSINE, GaussianDiffusion.TRAINING_STEPS);
    }

    /** What stands before the names of its arrays. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    Design design() {
        return new Design(attention, order, loss, loss == TokenLoss.CROSS_ENTROPY ? model("K") : 0);
    }

    MarConfig config() {
        int ratio = model("mlp_ratio");
        return new MarConfig(
                model("latent_size"),
                model("latent_channels"),
                model("patch"),
                model("class_num"),
                new Transformer(model("E"), model("encoder_depth"), model("heads"), ratio, 0, 0),
                new Transformer(model("E"), model("decoder_depth"), model("heads"), ratio, 0, 0),
                model("buffer_size"),
                new Head(model("diffloss_w"), model("diffloss_d")),
                model("mul"),
                0.1,
                new MaskRate(0.7),
                design());
    }

    MarNetwork network(DataType type) {
        return new MarNetwork(config(), parameters(type)::get);
    }

    /** The weights as variables with gradients of a number type. */
    Named<Variable> parameters(DataType type) {
        Npz weights = ArFixtures.npz("weights");
        Named<Variable> parameters = new Named<>();
        for (ParameterSpec spec : MarParameters.layout(config()).specs()) {
            float[] values = weights.floats((design().isCausal() ? "causal." : "mar_ce.") + spec.name());
            Matrix value = Matrix.of(Nd4j.createFromArray(values).castTo(type), spec.rows());
            Matrix gradient = Matrix.of(Nd4j.zeros(type, values.length), spec.rows());
            parameters.put(spec.name(), Variable.parameter(value, gradient));
        }
        return parameters;
    }

    Npz train() {
        return ArFixtures.npz(design().isCausal() ? "causal_train" : "mar_ce_train");
    }

    /** The recorded batch. */
    MarBatch batch() {
        Npz train = train();
        int[] labels = labels(train);
        float[] drop = train.floats("in.drop");
        Arrays.setAll(labels, b -> drop[b] == 1 ? -1 : labels[b]);
        Masking masking = Masking.of(
                design().isCausal()
                        ? ordersOf(rows(
                                train, "in.sigma_" + (design().order() == TokenOrder.RASTER ? "raster" : "random")))
                        : rows(train, "in.orders"),
                design().isCausal() ? config().tokens() : train.integer("in.num_masked"));
        return design().hasIds()
                ? new MarBatch(ids(train, "in.ids"), labels, masking, new int[0], new float[0])
                : new MarBatch(
                        train.floats("in.tokens"), labels, masking, train.ints("in.t"), train.floats("in.noise"));
    }

    static int[] labels(Npz recorded) {
        return recorded.ints("in.labels").clone();
    }

    /** Ids as they travel. */
    static float[] ids(Npz recorded, String name) {
        int[] ids = recorded.ints(name);
        float[] values = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            values[i] = ids[i];
        }
        return values;
    }

    static int[][] rows(Npz recorded, String name) {
        int[] shape = recorded.shape(name);
        int[] all = recorded.ints(name);
        int[][] rows = new int[shape[0]][];
        Arrays.setAll(rows, b -> Arrays.copyOfRange(all, b * shape[1], (b + 1) * shape[1]));
        return rows;
    }

    /** Orders of generation as orders that are generated from their end. */
    static int[][] ordersOf(int[][] generated) {
        int[][] orders = new int[generated.length][];
        for (int b = 0; b < orders.length; b++) {
            int[] row = generated[b];
            orders[b] = new int[row.length];
            Arrays.setAll(orders[b], i -> row[row.length - 1 - i]);
        }
        return orders;
    }
}
