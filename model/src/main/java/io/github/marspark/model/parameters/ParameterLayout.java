package io.github.marspark.model.parameters;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where each of a network's parameter arrays lies in one flat vector: one behind the other, in order. Immutable. */
public final class ParameterLayout {
    private final List<ParameterSpec> specs;
    private final long[] offsets;
    private final Map<String, Integer> indices = new HashMap<>();

    /**
     * Lays arrays one behind the other.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public ParameterLayout(List<ParameterSpec> specs) {
        this.specs = List.copyOf(specs);
        this.offsets = new long[specs.size() + 1];
        for (int i = 0; i < specs.size(); i++) {
            offsets[i + 1] = offsets[i] + specs.get(i).size();
            if (indices.put(specs.get(i).name(), i) != null) {
                throw new IllegalArgumentException("parameter " + specs.get(i).name() + " is given twice");
            }
        }
    }

    /** The arrays in order. */
    public List<ParameterSpec> specs() {
        return specs;
    }

    /** Number of values of all arrays. */
    public long size() {
        return offsets[specs.size()];
    }

    /** Where the i-th array starts in the flat vector. */
    public long offset(int i) {
        return offsets[i];
    }

    /**
     * Which array a name is.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public int index(String name) {
        Integer index = indices.get(name);
        if (index == null) {
            throw new IllegalArgumentException("there is no parameter " + name);
        }
        return index;
    }

    /** Whether there is an array of that name. */
    public boolean contains(String name) {
        return indices.containsKey(name);
    }
}
