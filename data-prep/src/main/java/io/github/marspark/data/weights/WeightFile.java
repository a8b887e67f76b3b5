package io.github.marspark.data.weights;

import java.nio.file.Path;

/** Opens weights of either kind, told apart by content. */
public final class WeightFile {

    private WeightFile() {}

    /**
     * Opens a safetensors file, or a PyTorch checkpoint that holds one state dict.
     *
     * @param file the file
     * @return its tensors, to be closed by the caller
     * @throws WeightFileException if it cannot be read, is of another kind, or holds several state dicts
     */
    public static NamedTensors open(Path file) {
        return switch (WeightFormat.of(file)) {
            case SAFETENSORS -> SafeTensors.open(file);
            case PYTORCH -> stateDict(PyTorchCheckpoint.open(file), PyTorchCheckpoint::stateDict);
        };
    }

    /**
     * Opens one state dict of a PyTorch checkpoint.
     *
     * @param file the file
     * @param key {@code model}, {@code model_ema}, {@code state_dict} or another key of the checkpoint
     * @return its tensors, to be closed by the caller
     * @throws WeightFileException if it cannot be read or has no state dict of that name
     */
    public static NamedTensors open(Path file, String key) {
        return switch (WeightFormat.of(file)) {
            case SAFETENSORS ->
                throw new WeightFileException(
                        file, "is a safetensors file, which has no state dict named " + key + "; give no key");
            case PYTORCH -> stateDict(PyTorchCheckpoint.open(file), checkpoint -> checkpoint.stateDict(key));
        };
    }

    private static NamedTensors stateDict(PyTorchCheckpoint checkpoint, Choice choice) {
        try {
            return choice.of(checkpoint);
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    @FunctionalInterface
    private interface Choice {
        NamedTensors of(PyTorchCheckpoint checkpoint);
    }
}
