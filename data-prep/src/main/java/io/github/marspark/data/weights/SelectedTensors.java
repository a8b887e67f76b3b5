package io.github.marspark.data.weights;

import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Some of the tensors of another view. */
final class SelectedTensors implements NamedTensors {

    private final NamedTensors all;
    private final List<String> names;

    SelectedTensors(NamedTensors all, Collection<String> selection) {
        this.all = all;
        this.names =
                all.names().stream().filter(Set.copyOf(selection)::contains).toList();
    }

    @Override
    public String source() {
        return all.source();
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public TensorDescription description(String name) {
        return all.description(requireSelected(name));
    }

    @Override
    public void read(String name, Consumer<FloatBuffer> chunks) {
        all.read(requireSelected(name), chunks);
    }

    @Override
    public void close() {
        all.close();
    }

    private String requireSelected(String name) {
        if (!names.contains(name)) {
            throw new IllegalArgumentException(name + " is not among the tensors taken from " + source());
        }
        return name;
    }
}
