package io.github.marspark.data.weights;

import io.github.marspark.data.weights.StoredTensor.Storage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All tensors of a pickle, however deep in dicts, lists and objects, by the keys on the way to them joined by dots:
 * {@code state_dict.encoder.conv_in.weight}, {@code optimizer.state.0.exp_avg}.
 */
final class TensorTree {

    private static final int MOST_DEPTH = 64;
    private static final int MOST_VALUES = 1 << 22;

    private final Path file;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Set<Object> path = Collections.newSetFromMap(new IdentityHashMap<>());
    private int visited;

    private TensorTree(Path file) {
        this.file = file;
    }

    /**
     * Finds the tensors.
     *
     * @param file for messages
     * @param root what the pickle holds
     * @return tensors by name, in the file's order
     * @throws WeightFileException if it holds none, or its values are nested without end
     */
    static Map<String, StoredTensor> of(Path file, @Nullable Object root) {
        if (root instanceof StoredTensor) {
            throw new WeightFileException(file, "holds a single tensor without a name; give a file with a state dict");
        }
        TensorTree tree = new TensorTree(file);
        tree.visit("", root);
        if (tree.tensors.isEmpty()) {
            throw new WeightFileException(file, "no tensors are in it, " + holds(root));
        }
        return tree.tensors;
    }

    private static String holds(@Nullable Object root) {
        if (!(root instanceof Map<?, ?> map)) {
            return "but a single value; give a file with a state dict";
        }
        return "its keys are: "
                + Printable.of(map.keySet().stream().map(TensorTree::name).collect(Collectors.joining(", ")));
    }

    private void visit(String name, @Nullable Object value) {
        if (++visited > MOST_VALUES) {
            throw new WeightFileException(
                    file, "its pickle holds more than " + MOST_VALUES + " values, which no state dict needs; refused");
        }
        if (value instanceof StoredTensor tensor) {
            add(name, tensor);
        } else if (value instanceof Storage) {
            add(name, StoredTensor.unreadable("storage"));
        } else if (value != null && isContainer(value)) {
            descend(name, value);
        }
    }

    private static boolean isContainer(@Nullable Object value) {
        return value instanceof Map
                || value instanceof List
                || value instanceof PickledObject
                || value instanceof Object[];
    }

    /** A container that holds itself is entered once. */
    private void descend(String name, Object container) {
        if (!path.add(container)) {
            return;
        }
        if (path.size() > MOST_DEPTH) {
            throw new WeightFileException(
                    file, "its values are nested deeper than " + MOST_DEPTH + ", which no state dict needs; refused");
        }
        if (container instanceof PickledObject object) {
            visitItems(name, object.items());
            visitElements(name, object.elements());
        } else if (container instanceof Map<?, ?> map) {
            visitItems(name, map);
        } else {
            visitElements(name, PickleValues.list(container));
        }
        path.remove(container);
    }

    private void visitItems(String name, Map<?, ?> items) {
        items.forEach((key, value) -> visit(joined(name, name(key)), value));
    }

    private void visitElements(String name, List<?> elements) {
        for (int i = 0; i < elements.size(); i++) {
            visit(joined(name, Integer.toString(i)), elements.get(i));
        }
    }

    private static String joined(String name, String key) {
        return name.isEmpty() ? key : name + "." + key;
    }

    /** Two tensors of one name, such as those of the keys 1 and "1", are kept apart. */
    private void add(String name, StoredTensor tensor) {
        String free = name;
        for (int i = 2; tensors.containsKey(free); i++) {
            free = name + " (" + i + ")";
        }
        tensors.put(free, tensor);
    }

    private static String name(@Nullable Object key) {
        if (key instanceof Object[] tuple) {
            return Arrays.stream(tuple)
                    .map(element -> isContainer(element) ? "..." : String.valueOf(element))
                    .collect(Collectors.joining(", ", "(", ")"));
        }
        if (key instanceof Boolean truth) {
            return truth ? "True" : "False";
        }
        return key instanceof byte[] ? "bytes" : String.valueOf(key);
    }
}
