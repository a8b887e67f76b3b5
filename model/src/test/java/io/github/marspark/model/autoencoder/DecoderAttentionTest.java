package io.github.marspark.model.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.tensor.CpuKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Nd4jKernels;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Threads;
import io.github.marspark.model.tensor.Variable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Latent diffusion's decoder, which has attention in its levels, against loops in double precision. */
class DecoderAttentionTest {
    private static final AutoencoderConfig CONFIG =
            new AutoencoderConfig(8, 3, 4, List.of(1, 2, 2), 1, List.of(), List.of(2, 4), 3, 2);
    private static final int LATENTS = 3 * 2 * 2;
    private static final double STEP = 1e-5;

    /** Seeded values of about the size that trained ones have. */
    private static double[] values(AutoencoderConfig config) {
        Random random = new Random(20);
        return random.doubles(AutoencoderParameters.layout(config).size(), -0.4, 0.4)
                .toArray();
    }

    private static Parameters parameters(DataType type) {
        INDArray values = Nd4j.createFromArray(values(CONFIG)).castTo(type);
        return new Parameters(AutoencoderParameters.layout(CONFIG), values, Nd4j.zeros(type, values.length()));
    }

    private static double[] latents(int batch) {
        return new Random(16).doubles((long) batch * LATENTS, -1.5, 1.5).toArray();
    }

    @Test
    void attentionLiesBehindTheResidualBlocksInTheOrderOfLatentDiffusion() {
        List<String> names = AutoencoderParameters.layout(CONFIG).specs().stream()
                .map(ParameterSpec::name)
                .filter(name -> name.startsWith("decoder.up.1."))
                .map(name -> name.replaceFirst("decoder.up.1.([a-z]+)(\\.\\d+)?.*", "$1$2"))
                .distinct()
                .toList();
        assertThat(names).containsExactly("block.0", "block.1", "attn.0", "attn.1", "upsample");
    }

    @Test
    void latentDiffusionsKlF16HasThreeAttentionsMoreThanKl16() {
        AutoencoderConfig klF16 = AutoencoderConfig.KL_16.withDecoderAttention(List.of(16));
        long attention = 2 * 512 + 4 * (512 * 512 + 512);
        assertThat(AutoencoderParameters.layout(klF16).size()).isEqualTo(66_456_019 + 3 * attention);
        assertThat(klF16.withDecoderAttention(List.of())).isEqualTo(AutoencoderConfig.KL_16);
    }

    @Test
    void imagesAreThoseOfTheLoops() {
        double[] expected = new double[2 * CONFIG.imageValues()];
        for (int image = 0; image < 2; image++) {
            double[] latent = Arrays.copyOfRange(latents(2), image * LATENTS, (image + 1) * LATENTS);
            System.arraycopy(
                    new DecoderLoops(CONFIG, named()).decode(latent),
                    0,
                    expected,
                    image * CONFIG.imageValues(),
                    CONFIG.imageValues());
        }
        double[] computed = decode(new Nd4jKernels(DataType.DOUBLE), DataType.DOUBLE);
        double[] single = decode(new CpuKernels(new Threads(2)), DataType.FLOAT);
        for (int i = 0; i < expected.length; i++) {
            assertThat(computed[i]).as("value %s", i).isCloseTo(expected[i], Offset.offset(1e-9));
            assertThat(single[i]).as("value %s in float32", i).isCloseTo(expected[i], Offset.offset(1e-4));
        }
    }

    private static double[] decode(Kernels kernels, DataType type) {
        Autoencoder autoencoder = new Autoencoder(CONFIG, parameters(type)::variable);
        try (Tape tape = Tape.computing(kernels)) {
            INDArray rows =
                    autoencoder.decode(tape, rows(type), 2, 8, 8).value().array();
            return planes(rows.castTo(DataType.DOUBLE).toDoubleMatrix());
        }
    }

    private static Variable rows(DataType type) {
        double[] planes = latents(2);
        double[] rows = new double[planes.length];
        for (int i = 0; i < rows.length; i++) {
            int place = i / 3;
            rows[i] = planes[place / 4 * LATENTS + i % 3 * 4 + place % 4];
        }
        return Variable.constant(Matrix.of(Nd4j.createFromArray(rows).castTo(type), 8));
    }

    /** {@code (B H W, C)} to {@code (B, C, H, W)}. */
    private static double[] planes(double[][] rows) {
        int pixels = 8 * 8;
        double[] result = new double[rows.length * 3];
        for (int row = 0; row < rows.length; row++) {
            for (int channel = 0; channel < 3; channel++) {
                result[(row / pixels * 3 + channel) * pixels + row % pixels] = rows[row][channel];
            }
        }
        return result;
    }

    private static Map<String, double[]> named() {
        Parameters parameters = parameters(DataType.DOUBLE);
        return parameters.layout().specs().stream()
                .collect(Collectors.toMap(
                        ParameterSpec::name,
                        spec -> parameters
                                .variable(spec.name())
                                .value()
                                .array()
                                .dup('c')
                                .data()
                                .asDouble()));
    }

    @Test
    void gradientsAreThoseOfCentralDifferences() {
        Parameters parameters = parameters(DataType.DOUBLE);
        Autoencoder autoencoder = new Autoencoder(CONFIG, parameters::variable);
        Nd4jKernels kernels = new Nd4jKernels(DataType.DOUBLE);
        double[] weights =
                new Random(3).doubles(2L * CONFIG.imageValues(), -1, 1).toArray();
        INDArray weighting = Nd4j.createFromArray(weights).reshape(2 * 64, 3);
        Tape tape = Tape.recording(kernels);
        Variable images = autoencoder.decode(tape, rows(DataType.DOUBLE), 2, 8, 8);
        tape.backward(images, Matrix.of(weighting.dup(), 2 * 64));
        for (ParameterSpec spec : parameters.layout().specs()) {
            if (spec.name().contains(".attn.")) {
                requireGradient(spec, parameters, () -> {
                    try (Tape computing = Tape.computing(kernels)) {
                        return autoencoder
                                .decode(computing, rows(DataType.DOUBLE), 2, 8, 8)
                                .value()
                                .array()
                                .mul(weighting)
                                .sumNumber()
                                .doubleValue();
                    }
                });
            }
        }
    }

    private static void requireGradient(ParameterSpec spec, Parameters parameters, DoubleSupplier loss) {
        INDArray values = parameters.values();
        long first = parameters.layout().offset(parameters.layout().index(spec.name()));
        for (long i = first; i < first + spec.size(); i += 29) {
            double before = values.getDouble(i);
            values.putScalar(i, before + STEP);
            double above = loss.getAsDouble();
            values.putScalar(i, before - STEP);
            double below = loss.getAsDouble();
            values.putScalar(i, before);
            double numeric = (above - below) / (2 * STEP);
            assertThat(parameters.gradients().getDouble(i))
                    .as("element %s of %s", i - first, spec.name())
                    .isCloseTo(numeric, Offset.offset(1e-6 * Math.max(1, Math.abs(numeric))));
        }
    }
}
