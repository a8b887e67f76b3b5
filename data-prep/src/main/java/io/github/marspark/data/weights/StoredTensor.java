package io.github.marspark.data.weights;

import java.util.List;

/**
 * A tensor as a PyTorch pickle describes it: a strided view into a storage, which lies elsewhere in the file.
 *
 * @param storage where the elements lie
 * @param offset first element's index in the storage
 * @param shape sizes
 * @param strides distance in the storage, in elements, between neighbours along each dimension; 0 where one element stands
 *     for all, as {@code expand} leaves it
 */
record StoredTensor(Storage storage, long offset, Shape shape, List<Long> strides) {

    /**
     * Elements in a row.
     *
     * @param type of the elements
     * @param key its name in the file
     * @param elements number of elements
     */
    record Storage(StorageType type, String key, long elements) {

        /** Size in bytes; saturates instead of overflowing. */
        long bytes() {
            return elements > Long.MAX_VALUE / type.bytes() ? Long.MAX_VALUE : elements * type.bytes();
        }
    }

    /** Checks that the view lies inside of its storage. */
    StoredTensor {
        strides = List.copyOf(strides);
        if (strides.size() != shape.dimensions().size()) {
            throw new IllegalArgumentException(
                    "shape " + shape + " has strides " + strides + ", one for each is needed");
        }
        if (offset < 0 || strides.stream().anyMatch(stride -> stride < 0)) {
            throw new IllegalArgumentException(
                    "shape " + shape + " has offset " + offset + " and strides " + strides + ", must be at least 0");
        }
        if (!endsInside(storage, offset, shape, strides)) {
            throw new IllegalArgumentException("shape " + shape + " with offset " + offset + " and strides " + strides
                    + " needs more than the " + storage.elements() + " elements of storage " + storage.key());
        }
    }

    /** A tensor that is no strided view, such as a sparse one: known to be there, without elements to read. */
    static StoredTensor unreadable(String kind) {
        return new StoredTensor(
                new Storage(new StorageType(kind, ElementType.OTHER, 1), "", 0), 0, Shape.of(0), List.of(1L));
    }

    /** Whether its elements are numbers that are read as float32. */
    boolean isReadable() {
        return storage.type().type() != ElementType.OTHER;
    }

    /** Whether its elements lie in a storage of the file. */
    boolean isStored() {
        return !storage.key().isEmpty();
    }

    /** Number of storage elements from the first to the last of the tensor, both included; 0 if it is empty. */
    long span() {
        return shape.elements() == 0 ? 0 : span(shape, strides);
    }

    /** Whether the elements lie in row-major order without gaps. */
    boolean isContiguous() {
        long expected = 1;
        for (int i = strides.size() - 1; i >= 0; i--) {
            long size = shape.dimensions().get(i);
            if (size != 1 && strides.get(i) != expected) {
                return false;
            }
            expected *= size;
        }
        return true;
    }

    private static boolean endsInside(Storage storage, long offset, Shape shape, List<Long> strides) {
        try {
            return shape.elements() == 0 || Math.addExact(offset, span(shape, strides)) <= storage.elements();
        } catch (ArithmeticException e) {
            return false;
        }
    }

    private static long span(Shape shape, List<Long> strides) {
        long last = 0;
        for (int i = 0; i < strides.size(); i++) {
            last = Math.addExact(last, Math.multiplyExact(shape.dimensions().get(i) - 1, strides.get(i)));
        }
        return Math.addExact(last, 1);
    }
}
