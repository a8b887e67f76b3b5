package io.github.marspark.data.weights;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;

/**
 * Opens what PyTorch wrote with {@code torch.save}.
 *
 * <p>The pickle is parsed with a list of allowed names: tensors, parameters, storages, dicts, plain values, and the settings
 * that training scripts put beside them. Anything else is refused by its full name, and nothing in the file is executed.
 * Tensors may be strided views and may share storages.
 */
final class PyTorchFile {

    private PyTorchFile() {}

    /** Opens a zip, as PyTorch writes it from version 1.6 on, after comparing every part with its checksum. */
    static NamedTensors openArchive(Path file) {
        PyTorchArchive archive = PyTorchArchive.open(file);
        return closingOnFailure(archive, () -> {
            StateDictUnpickler unpickler = new StateDictUnpickler(file);
            Object root = unpickler.next(new ByteArrayInputStream(archive.pickle()));
            return new PickledTensors(archive, TensorTree.of(file, root));
        });
    }

    /** Opens pickles and storages one behind the other, as PyTorch wrote them before version 1.6. */
    static NamedTensors openStream(Path file) {
        PyTorchStream stream = PyTorchStream.open(file);
        return closingOnFailure(stream, () -> new PickledTensors(stream, TensorTree.of(file, stream.root())));
    }

    private static NamedTensors closingOnFailure(StorageFile file, Opening opening) {
        try {
            return opening.open();
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @FunctionalInterface
    private interface Opening {
        NamedTensors open();
    }
}
