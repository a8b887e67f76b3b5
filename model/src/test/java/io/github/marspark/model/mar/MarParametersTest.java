package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.marspark.model.diffusion.LossLimits;
import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.fixtures.RoundingLimit;
import io.github.marspark.model.loss.LossTerms;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Threads;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class MarParametersTest {
    @Test
    void thePresetsHaveTheArticlesNumberOfParameters() {
        assertThat(MarParameters.layout(MarConfig.base()).size()).isEqualTo(207_924_768);
        assertThat(MarParameters.layout(MarConfig.large()).size()).isEqualTo(478_326_304);
        assertThat(MarParameters.layout(MarConfig.huge()).size()).isEqualTo(942_403_104);
    }

    @Test
    void namesOrderAndShapesAreTheReferences() {
        ParameterLayout layout = MarParameters.layout(Reference.config());
        long[] bytes = Fixtures.npz("adamw").longs("param_names");
        byte[] text = new byte[bytes.length];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) bytes[i];
        }
        List<String> names = List.of(new String(text, StandardCharsets.UTF_8).split("\n"));
        assertThat(layout.specs().stream().map(ParameterSpec::name)).containsExactlyElementsOf(names);
        Npz weights = Fixtures.npz("weights");
        for (ParameterSpec spec : layout.specs()) {
            assertThat(spec.shape()).as(spec.name()).isEqualTo(weights.shape(spec.name()));
        }
    }

    @Test
    void initialValuesAreTheSameBitsOnEveryMachine() {
        Transformer half = new Transformer(32, 2, 4, 4, 0, 0);
        MarConfig config = new MarConfig(4, 4, 1, 10, half, half, 4, new Head(32, 2), 2, 0.1, new MaskRate(0.7));
        Parameters parameters = Parameters.zeros(MarParameters.layout(config));
        parameters.initialize(new Draws(2024));
        CRC32 checksum = new CRC32();
        for (float value : parameters.values().toFloatVector()) {
            checksum.update(ByteBuffer.allocate(Float.BYTES).putFloat(0, value));
        }
        assertThat(checksum.getValue()).isEqualTo(967_932_884L);
    }

    @Test
    void atInitialisationOnlyTheLastLayerLearnsAndTheLossIsTheReferences() {
        Parameters parameters = Parameters.zeros(MarParameters.layout(Reference.config()));
        parameters.initialize(new Draws(5));
        MarNetwork network = new MarNetwork(Reference.config(), parameters::variable);
        CpuKernels kernels = new CpuKernels(new Threads(1));
        MarBatch batch = Reference.batch("in.drop_latent_mask");
        LossTerms terms = new MarObjective(network, Reference.loss()).differentiate(kernels, batch, DropoutKeys.NONE);
        Npz train = Fixtures.npz("train");
        assertThat(terms.loss())
                .isCloseTo(train.scalar("zeroinit.loss"), within(lossLimit(network, batch, terms.loss())));
        parameters.zeroMissingGradients(kernels);
        List<String> learning = parameters.layout().specs().stream()
                .map(ParameterSpec::name)
                .filter(name -> {
                    float[] gradient = parameters.variable(name).gradient().toFloats();
                    for (float value : gradient) {
                        if (value != 0) {
                            return true;
                        }
                    }
                    return false;
                })
                .toList();
        assertThat(learning).hasSize(train.integer("zeroinit.nonzero_grad_count"));
        assertThat(learning).allMatch(name -> name.startsWith("diffloss.net.final_layer.linear"));
    }

    /** Of the reference's loss in float32 when the network says 0. */
    private static double lossLimit(MarNetwork network, MarBatch batch, double loss) {
        float[] clean = batch.targets(network.body().targets(batch.masking()));
        double[] shares = new double[batch.timesteps().length];
        Arrays.fill(shares, 1.0 / shares.length);
        float[] zeros = new float[2 * batch.noise().length];
        return new LossLimits(
                        RoundingLimit::of,
                        Reference.diffusion(),
                        clean,
                        batch.noise(),
                        batch.timesteps(),
                        shares,
                        zeros)
                .loss(loss);
    }
}
