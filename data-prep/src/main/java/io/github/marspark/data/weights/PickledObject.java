package io.github.marspark.data.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance of a class that is not here, or a reference to one: its name, and whatever was put into it. It does nothing.
 *
 * @param type full name of the class
 * @param items what was set by key: items of a dict, attributes of an object
 * @param elements what was added without a key
 */
record PickledObject(String type, Map<Object, @Nullable Object> items, List<@Nullable Object> elements) {

    PickledObject(String type) {
        this(type, new LinkedHashMap<>(), new ArrayList<>());
    }

    /** Identity, since it may hold itself. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return type;
    }
}
