package io.github.marspark.data.weights;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The tensors of one dict of a PyTorch checkpoint. */
final class StateDict implements NamedTensors {

    private final PyTorchArchive archive;
    private final String source;
    private final Map<String, StoredTensor> tensors;

    private StateDict(PyTorchArchive archive, String source, Map<String, StoredTensor> tensors) {
        this.archive = archive;
        this.source = source;
        this.tensors = tensors;
    }

    /** Takes a dict's tensors after checking that each value is one and that its storage is there. */
    static StateDict of(PyTorchArchive archive, String key, Map<?, ?> values) {
        String source = key.isEmpty() ? archive.file().toString() : archive.file() + " (" + key + ")";
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            StoredTensor tensor = requireTensor(archive, name, value);
            archive.requireStored(String.valueOf(name), tensor);
            tensors.put(String.valueOf(name), tensor);
        });
        return new StateDict(archive, source, tensors);
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public TensorDescription description(String name) {
        StoredTensor tensor = tensor(name);
        return new TensorDescription(name, tensor.storage().type(), tensor.shape());
    }

    @Override
    public void read(String name, Consumer<FloatBuffer> chunks) {
        StoredTensor tensor = tensor(name);
        if (tensor.isContiguous()) {
            archive.read(tensor, chunks);
        } else {
            gather(name, tensor, chunks);
        }
    }

    @Override
    public void close() {
        archive.close();
    }

    /** Reads everything between the first and the last element, then picks by strides. */
    private void gather(String name, StoredTensor tensor, Consumer<FloatBuffer> chunks) {
        if (tensor.span() > Integer.MAX_VALUE - Long.BYTES) {
            throw new WeightFileException(
                    archive.file(),
                    "tensor " + name + " is not contiguous and spans " + tensor.span()
                            + " elements, too many; save a contiguous copy of it");
        }
        FloatBuffer storage = FloatBuffer.allocate((int) tensor.span());
        archive.read(tensor, storage::put);
        new StridedWalk(tensor).read(storage.array(), chunks);
    }

    private StoredTensor tensor(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(source + " has no tensor named " + name);
        }
        return tensor;
    }

    private static StoredTensor requireTensor(PyTorchArchive archive, Object name, @Nullable Object value) {
        if (value instanceof StoredTensor tensor && name instanceof String) {
            return tensor;
        }
        String problem = "'" + name + "' is not a tensor with a name; a state dict has nothing else in it";
        throw new WeightFileException(archive.file(), problem, new IOException(problem));
    }

    /** Goes through a strided tensor in row-major order. */
    private static final class StridedWalk {

        private final long[] sizes;
        private final long[] strides;
        private final long[] index;
        private int position;

        StridedWalk(StoredTensor tensor) {
            this.sizes = tensor.shape().toArray();
            this.strides = tensor.strides().stream().mapToLong(Long::longValue).toArray();
            this.index = new long[sizes.length];
        }

        void read(float[] storage, Consumer<FloatBuffer> chunks) {
            long left = Shape.of(sizes).elements();
            FloatBuffer chunk = FloatBuffer.allocate((int) Math.min(left, CHUNK_ELEMENTS));
            while (left > 0) {
                chunk.clear().limit((int) Math.min(left, chunk.capacity()));
                left -= chunk.remaining();
                while (chunk.hasRemaining()) {
                    chunk.put(storage[position]);
                    advance();
                }
                chunks.accept(chunk.flip());
            }
        }

        /** Like an odometer: the last index first, each that is through goes back to 0 and moves the one before. */
        private void advance() {
            for (int i = sizes.length - 1; i >= 0; i--) {
                position += (int) strides[i];
                if (++index[i] < sizes[i]) {
                    return;
                }
                position -= (int) (strides[i] * sizes[i]);
                index[i] = 0;
            }
        }
    }
}
