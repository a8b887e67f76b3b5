package io.github.marspark.data.weights;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Some tensors of another view under names of their own; closing it leaves the other open. */
final class RenamedTensors implements NamedTensors {

    private final NamedTensors all;
    private final String source;
    private final Map<String, String> originals;

    RenamedTensors(NamedTensors all, String source, Map<String, String> originals) {
        this.all = all;
        this.source = source;
        this.originals = new LinkedHashMap<>(originals);
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public List<String> names() {
        return List.copyOf(originals.keySet());
    }

    @Override
    public TensorDescription description(String name) {
        TensorDescription description = all.description(original(name));
        return new TensorDescription(name, description.type(), description.shape());
    }

    @Override
    public void read(String name, Consumer<FloatBuffer> chunks) {
        all.read(original(name), chunks);
    }

    @Override
    public void close() {
        // the file belongs to who opened it
    }

    private String original(String name) {
        String original = originals.get(name);
        if (original == null) {
            throw new IllegalArgumentException(source + " has no tensor named " + name);
        }
        return original;
    }
}
