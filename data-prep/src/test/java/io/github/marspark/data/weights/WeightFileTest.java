package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFileTest {

    @TempDir
    Path folder;

    @Test
    void tellsTheKindByContentNotByName() {
        Path file = folder.resolve("weights.pth");
        SafeTensors.write(
                file, new MemoryTensors("memory").put("w", Shape.of(1), FloatBuffer.wrap(new float[] {2})), Map.of());

        assertThat(WeightFormat.of(file)).isEqualTo(WeightFormat.SAFETENSORS);
        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.floats("w")).containsExactly(2);
        }
    }

    @Test
    void opensACheckpointWithTheKeysInItsNames() {
        Path file = TorchFileWriter.of(new PickleWriter()
                        .emptyDict()
                        .text("state_dict")
                        .emptyDict()
                        .text("w")
                        .tensor("0", 1)
                        .op('s')
                        .op('s')
                        .stop())
                .floats("0", 3)
                .write(folder.resolve("checkpoint.safetensors"));

        assertThat(WeightFormat.of(file)).isEqualTo(WeightFormat.PYTORCH);
        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.names()).containsExactly("state_dict.w");
            assertThat(tensors.floats("state_dict.w")).containsExactly(3);
            assertThat(tensors.source()).isEqualTo(file.toString());
        }
    }

    @Test
    void everythingElseIsRefusedByWhatItSeemsToBe() throws IOException {
        refused("", "is empty; copy it again");
        refused("hello", "is neither a safetensors file nor a PyTorch checkpoint; give one of these");
        refused(
                "version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
                "is a Git LFS pointer, not the weights; fetch the file that it stands for");
        refused("<!DOCTYPE html><html>", "is a web page, not the weights; download the file itself");
    }

    @Test
    void aPickleThatPyTorchDidNotWriteIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("bare.pkl"), HexFormat.of().parseHex("80027d2e"));

        assertThatThrownBy(() -> WeightFile.open(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(file + ": is a bare pickle, not what torch.save writes; load it in Python, save its tensors"
                        + " with torch.save, and give the new file");
    }

    @Test
    void aFolderOrMissingFileIsRefused() {
        assertThatThrownBy(() -> WeightFile.open(folder))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(folder + ": is a folder; give a safetensors file or PyTorch checkpoint");
        Path missing = folder.resolve("none");
        assertThatThrownBy(() -> WeightFile.open(missing))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(missing + ": could not be read: there is no " + missing + "; check the path");
    }

    private void refused(String content, String reason) throws IOException {
        Path file = Files.write(folder.resolve("file"), content.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> WeightFile.open(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(file + ": " + reason);
    }
}
