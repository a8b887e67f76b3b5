package io.github.marspark.data.weights;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** All tensors of a PyTorch file, by their full names. */
final class PickledTensors implements NamedTensors {

    private final StorageFile storages;
    private final Map<String, StoredTensor> tensors;

    /** Checks that the storage of each tensor is there. */
    PickledTensors(StorageFile storages, Map<String, StoredTensor> tensors) {
        this.storages = storages;
        this.tensors = tensors;
        tensors.forEach((name, tensor) -> {
            if (tensor.isStored()) {
                storages.requireStored(name, tensor);
            }
        });
    }

    @Override
    public String source() {
        return storages.file().toString();
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public TensorDescription description(String name) {
        StoredTensor tensor = tensor(name);
        return new TensorDescription(name, tensor.storage().type().type(), tensor.shape());
    }

    @Override
    public void read(String name, Consumer<FloatBuffer> chunks) {
        StoredTensor tensor = tensor(name);
        requireReadable(name, tensor);
        if (tensor.isContiguous()) {
            storages.read(tensor, chunks);
        } else {
            gather(name, tensor, chunks);
        }
    }

    @Override
    public List<String> remarks() {
        return storages.remarks();
    }

    @Override
    public void close() {
        storages.close();
    }

    private void requireReadable(String name, StoredTensor tensor) {
        if (!tensor.isReadable()) {
            throw new WeightFileException(
                    storages.file(),
                    "tensor " + Printable.of(name) + " is of kind "
                            + tensor.storage().type().name()
                            + ", which is not read; save it as an ordinary tensor of floating-point numbers");
        }
    }

    /** Reads everything between the first and the last element, then picks by strides. */
    private void gather(String name, StoredTensor tensor, Consumer<FloatBuffer> chunks) {
        if (tensor.span() > Integer.MAX_VALUE - Long.BYTES) {
            throw new WeightFileException(
                    storages.file(),
                    "tensor " + Printable.of(name) + " is not contiguous and spans " + tensor.span()
                            + " elements, too many; save a contiguous copy of it");
        }
        FloatBuffer storage = FloatBuffer.allocate((int) tensor.span());
        storages.read(tensor, storage::put);
        new StridedWalk(tensor).read(storage.array(), chunks);
    }

    private StoredTensor tensor(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(source() + " has no tensor named " + name);
        }
        return tensor;
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
