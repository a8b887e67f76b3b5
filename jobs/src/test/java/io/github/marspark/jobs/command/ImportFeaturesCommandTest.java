package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.inception.InceptionFile;
import io.github.marspark.data.weights.NetworkWeights;
import io.github.marspark.data.weights.SafeTensors;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.model.inception.InceptionNetwork;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ImportFeaturesCommandTest {
    @TempDir
    Path folder;

    @Test
    void publishedNamesAreTakenAndReadAgain() {
        INDArray values =
                Nd4j.zeros(DataType.FLOAT, InceptionNetwork.layout().size()).addi(0.5);
        Path file = written(InceptionNetwork.layout(), values);
        Path to = folder.resolve("inception");
        assertThat(run(file.toString(), "to=" + to)).contains("with 23,885,392 values in file:" + to);
        InceptionFile read = InceptionFile.read(to.resolve(InceptionFile.NAME));
        assertThat(read.values()).isEqualTo(values);
        assertThat(run(file.toString(), "to=" + to))
                .contains("Inception network " + read.fingerprint().substring(0, 12));
    }

    @Test
    void missingTensorsAndValuesThatAreNoNumbersAreRefused() throws Exception {
        List<ParameterSpec> specs = InceptionNetwork.layout().specs();
        ParameterLayout fewer = new ParameterLayout(specs.subList(0, specs.size() - 1));
        Path file = written(fewer, Nd4j.zeros(DataType.FLOAT, fewer.size()));
        Path to = folder.resolve("inception");
        assertThatThrownBy(() -> run(file.toString(), "to=" + to))
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining("fc.bias");
        INDArray values = Nd4j.zeros(DataType.FLOAT, InceptionNetwork.layout().size());
        values.putScalar(3, Float.NaN);
        Path broken = written(InceptionNetwork.layout(), values);
        assertThatThrownBy(() -> run(broken.toString(), "to=" + to))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "%s has weights that are not finite numbers in 1 tensor: Conv2d_1a_3x3.conv.weight (1 not a number); download it again",
                        broken);
        assertThat(to.resolve(InceptionFile.NAME)).doesNotExist();
        Files.createDirectories(to);
        Files.writeString(to.resolve("thesis.tex"), "mine");
        assertThatThrownBy(() -> run(broken.toString(), "to=" + to))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("file:%s holds other data, thesis.tex among it; choose an empty folder by to=", to);
    }

    @Test
    void oneFileIsTaken() {
        assertThatThrownBy(() -> run("a", "b"))
                .isInstanceOf(UsageException.class)
                .hasMessage("import-features takes one file of weights; ./mar help import-features explains it");
    }

    private Path written(ParameterLayout layout, INDArray values) {
        Path file = folder.resolve("pt_inception.safetensors");
        SafeTensors.write(file, new NetworkWeights("random", layout, values), Map.of());
        return file;
    }

    private static String run(String... words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ImportFeaturesCommand().run(List.of(words), new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
