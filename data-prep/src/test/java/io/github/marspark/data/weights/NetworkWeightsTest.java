package io.github.marspark.data.weights;

import static io.github.marspark.model.fixtures.Fixtures.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.fixtures.Fixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.masking.MaskRate;
import io.github.marspark.model.parameters.ParameterLayout;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The reference's recorded weights on their way through the network and both kinds of file. */
class NetworkWeightsTest {

    private static final Npz WEIGHTS = Fixtures.npz("weights");
    private static final ParameterLayout LAYOUT = MarParameters.layout(config());

    @TempDir
    Path folder;

    @Test
    void aCheckpointOfTheReferenceFillsTheNetwork() {
        try (WeightImport file = WeightImport.open(checkpoint(), List.of());
                NetworkWeights network =
                        new NetworkWeights("network", LAYOUT, NetworkWeights.read(taken(file), LAYOUT))) {
            for (String name : network.names()) {
                assertThat(network.floats(name)).as(name).isEqualTo(WEIGHTS.floats(name));
            }
        }
    }

    @Test
    void exportAndImportReturnEveryBit() {
        Path exported = folder.resolve("exported.safetensors");
        Path again = folder.resolve("again.safetensors");
        String fingerprint;
        try (WeightImport file = WeightImport.open(checkpoint(), List.of())) {
            NamedTensors tensors = taken(file);
            SafeTensors.write(exported, tensors, Map.of());
            fingerprint = WeightFingerprint.of(tensors);
        }
        try (NamedTensors tensors = WeightFile.open(exported);
                NetworkWeights network = new NetworkWeights("network", LAYOUT, NetworkWeights.read(tensors, LAYOUT))) {
            SafeTensors.write(again, network, Map.of());
            assertThat(WeightFingerprint.of(network)).isEqualTo(fingerprint);
        }

        assertThat(again).hasSameBinaryContentAs(exported);
    }

    @Test
    void theFilesNamesAndOrderAreTheReferences() {
        try (WeightImport file = WeightImport.open(checkpoint(), List.of())) {
            assertThat(taken(file).names()).containsExactlyElementsOf(List.copyOf(WEIGHTS.names()));
            assertThat(file.finish()).containsExactly("reads the names below model: 92 tensors");
        }
    }

    @Test
    void weightsOfAnotherConfigurationAreRefusedByName() {
        try (MemoryTensors tensors = new MemoryTensors("other.safetensors")) {
            for (String name : WEIGHTS.names()) {
                if (!name.equals("mask_token")) {
                    tensors.put(name, shape(name), FloatBuffer.wrap(WEIGHTS.floats(name)));
                }
            }
            tensors.put("extra", Shape.of(), FloatBuffer.allocate(1));

            assertThatThrownBy(() -> NetworkWeights.read(tensors, LAYOUT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("other.safetensors does not fit the network: 1 of the network's tensors missing,"
                            + " 0 of another shape, 1 that it has not\n  missing: mask_token\n  not used: extra");
        }
    }

    @Test
    void aVectorOfAnotherLengthIsRefused() {
        INDArray values = Nd4j.zeros(DataType.FLOAT, 3);

        assertThatThrownBy(() -> new NetworkWeights("network", LAYOUT, values))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("values has 3 elements, the layout needs " + LAYOUT.size());
    }

    private static NamedTensors taken(WeightImport file) {
        Map<String, Shape> shapes = NetworkWeights.shapesOf(LAYOUT);
        return file.take(file.place(shapes.keySet(), Optional.empty()), shapes);
    }

    /** The recorded weights as PyTorch would have saved them. */
    private Path checkpoint() {
        PickleWriter pickle =
                new PickleWriter().emptyDict().text("model").emptyOrderedDict().mark();
        List<String> names = new ArrayList<>(WEIGHTS.names());
        for (int i = 0; i < names.size(); i++) {
            pickle.text(names.get(i))
                    .tensor(String.valueOf(i), shape(names.get(i)).toArray());
        }
        TorchFileWriter file = TorchFileWriter.of(pickle.setItems().op('s').stop());
        names.stream()
                .sorted(Comparator.reverseOrder())
                .forEach(name -> file.floats(String.valueOf(names.indexOf(name)), WEIGHTS.floats(name)));
        return file.write(folder.resolve("checkpoint.pth"));
    }

    private static Shape shape(String name) {
        return Shape.of(Arrays.stream(WEIGHTS.shape(name)).asLongStream().toArray());
    }

    private static MarConfig config() {
        int ratio = model("mlp_ratio");
        return new MarConfig(
                model("img_size") / model("vae_stride"),
                model("vae_embed_dim"),
                model("patch_size"),
                model("class_num"),
                new Transformer(
                        model("encoder_embed_dim"), model("encoder_depth"), model("encoder_num_heads"), ratio, 0, 0),
                new Transformer(
                        model("decoder_embed_dim"), model("decoder_depth"), model("decoder_num_heads"), ratio, 0, 0),
                model("buffer_size"),
                new Head(model("diffloss_w"), model("diffloss_d")),
                model("diffusion_batch_mul"),
                0.1,
                new MaskRate(0.7));
    }
}
