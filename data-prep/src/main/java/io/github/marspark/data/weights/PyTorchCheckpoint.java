package io.github.marspark.data.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that PyTorch 1.6 or newer wrote with {@code torch.save}, open for reading.
 *
 * <p>Its pickle is parsed with a list of allowed names: tensors, parameters, storages, ordered dicts, and the
 * command-line arguments that training scripts put beside them. Anything else is refused by its full name, and nothing
 * in the file is executed. Tensors may be strided views and may share storages. Thread-safe.
 */
public final class PyTorchCheckpoint implements AutoCloseable {

    private static final int MOST_KEYS_NAMED = 20;

    private final PyTorchArchive archive;
    private final Map<?, ?> root;

    private PyTorchCheckpoint(PyTorchArchive archive, Map<?, ?> root) {
        this.archive = archive;
        this.root = root;
    }

    /**
     * Opens a file and reads its pickle, but no tensor.
     *
     * @param file a file written by {@code torch.save}
     * @return the open checkpoint
     * @throws WeightFileException if it cannot be read, is damaged, or names anything that is not allowed
     */
    public static PyTorchCheckpoint open(Path file) {
        PyTorchArchive archive = PyTorchArchive.open(file);
        try {
            return new PyTorchCheckpoint(archive, requireMap(file, StateDictUnpickler.read(file, archive.pickle())));
        } catch (RuntimeException e) {
            archive.close();
            throw e;
        }
    }

    /**
     * Keys of the dicts that hold tensors, {@code model} and {@code model_ema} for one.
     *
     * @return keys in the file's order; empty if the file itself is one state dict
     */
    public List<String> stateDicts() {
        List<String> keys = new ArrayList<>();
        root.forEach((key, value) -> {
            if (key instanceof String name && value instanceof Map<?, ?> values && holdsTensors(values)) {
                keys.add(name);
            }
        });
        return List.copyOf(keys);
    }

    /**
     * The only state dict: the file itself if it holds tensors, else the one dict in it that does.
     *
     * @return its tensors; closing them closes this checkpoint
     * @throws WeightFileException if there is none or more than one, or it holds something that is no tensor
     */
    public NamedTensors stateDict() {
        if (holdsTensors(root)) {
            return StateDict.of(archive, "", root);
        }
        List<String> keys = stateDicts();
        if (keys.size() != 1) {
            throw new WeightFileException(archive.file(), keys.isEmpty() ? noTensors() : severalStateDicts(keys));
        }
        return stateDict(keys.get(0));
    }

    /**
     * A state dict by its key.
     *
     * @param key {@code model}, {@code model_ema}, {@code state_dict} or another of {@link #stateDicts}
     * @return its tensors; closing them closes this checkpoint
     * @throws WeightFileException if there is no such dict, or it holds something that is no tensor
     */
    public NamedTensors stateDict(String key) {
        if (!(root.get(key) instanceof Map<?, ?> values)) {
            throw new WeightFileException(archive.file(), "has no state dict named " + key + "; " + holds());
        }
        return StateDict.of(archive, key, values);
    }

    /**
     * The command-line arguments that the reference's training script saves under {@code args}.
     *
     * @return names and plain values (text, numbers, lists), unmodifiable; empty if there are none
     */
    public Map<String, @Nullable Object> arguments() {
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        if (root.get("args") instanceof StateDictUnpickler.Namespace namespace) {
            namespace.values().forEach((name, value) -> arguments.put(name, tuplesAsLists(value)));
        }
        return Collections.unmodifiableMap(arguments);
    }

    @Override
    public void close() {
        archive.close();
    }

    private static @Nullable Object tuplesAsLists(@Nullable Object value) {
        return value instanceof Object[] tuple ? Arrays.asList(tuple) : value;
    }

    private String holds() {
        List<String> keys = stateDicts();
        if (!keys.isEmpty()) {
            return "it holds " + String.join(", ", keys);
        }
        return holdsTensors(root) ? "it is itself one, give no key" : noTensors();
    }

    private String noTensors() {
        String keys = root.keySet().stream()
                .limit(MOST_KEYS_NAMED)
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
        return "no tensors are in it, its keys are: " + keys;
    }

    private static String severalStateDicts(List<String> keys) {
        return "holds the state dicts " + String.join(", ", keys) + "; say which one to read";
    }

    private static boolean holdsTensors(Map<?, ?> values) {
        return values.values().stream().anyMatch(StoredTensor.class::isInstance);
    }

    private static Map<?, ?> requireMap(Path file, @Nullable Object root) {
        return Optional.ofNullable(root)
                .filter(Map.class::isInstance)
                .map(Map.class::cast)
                .orElseThrow(() -> new WeightFileException(
                        file, "holds no dict but a single value; give a file with a state dict"));
    }
}
