package io.github.marspark.data.weights;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Where the elements of a PyTorch file's tensors lie. */
interface StorageFile extends AutoCloseable {

    /** The file. */
    Path file();

    /**
     * Checks that a tensor's storage is there and has the length that the tensor's description gives it.
     *
     * @throws WeightFileException naming the tensor, if not
     */
    void requireStored(String name, StoredTensor tensor);

    /**
     * Hands on the storage elements from a tensor's first to its last, as float32.
     *
     * @throws WeightFileException if they cannot be read
     */
    void read(StoredTensor tensor, Consumer<FloatBuffer> chunks);

    /** What a person should know about the file, see {@link NamedTensors#remarks}. */
    List<String> remarks();

    @Override
    void close();
}
