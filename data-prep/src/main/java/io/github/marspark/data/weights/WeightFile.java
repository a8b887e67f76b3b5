package io.github.marspark.data.weights;

import java.nio.file.Path;

/** Opens weights of any kind, told apart by content. */
public final class WeightFile {

    private WeightFile() {}

    /**
     * Opens a safetensors file or a PyTorch checkpoint. The tensors of a checkpoint have the keys on the way to them in their
     * names, {@code model_ema.z_proj.weight} for one; {@link WeightImport} finds a network among them.
     *
     * @param file the file
     * @return all its tensors, to be closed by the caller
     * @throws WeightFileException if it cannot be read, is of another kind or damaged, or asks for code
     */
    public static NamedTensors open(Path file) {
        return switch (WeightFormat.of(file)) {
            case SAFETENSORS -> SafeTensors.open(file);
            case PYTORCH -> PyTorchFile.openArchive(file);
            case PYTORCH_STREAM -> PyTorchFile.openStream(file);
        };
    }
}
