package io.github.marspark.model.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Memory for the activations of one network after another step: pieces cut from large slabs, given back and merged with
 * free neighbours, so that a step allocates nothing once the slabs are there.
 *
 * <p>Not thread-safe: belongs to the thread that runs the tape.
 */
final class Arena {
    /** Pieces start at multiples of this many values, one cache line. */
    private static final long ALIGNMENT = 16;

    private static final long SMALLEST_SLAB = 1L << 20;

    /** A slab and its free pieces by offset. */
    private record Slab(MatrixStorage memory, long length, NavigableMap<Long, Long> free) {}

    private final LongFunction<MatrixStorage> source;
    private final List<Slab> slabs = new ArrayList<>();
    private long capacity;
    private long highest;
    private boolean isReserved;

    /** An arena whose slabs are float32 arrays. */
    Arena() {
        this(length -> new ArrayStorage(Nd4j.createUninitialized(DataType.FLOAT, length)));
    }

    /**
     * An arena over other memory.
     *
     * @param source makes a slab of a number of values
     */
    Arena(LongFunction<MatrixStorage> source) {
        this.source = source;
    }

    /**
     * Takes one slab for all that is expected; what goes beyond it gets slabs that are no larger than needed.
     *
     * @param length number of values
     */
    void reserve(long length) {
        isReserved = true;
        take(aligned(length));
    }

    /** Number of values up to the end of the highest piece that a slab has given so far. */
    long highest() {
        return highest;
    }

    /** Memory for a matrix; its values are arbitrary. */
    Matrix allocate(int rows, int columns) {
        long length = aligned((long) rows * columns);
        for (Slab slab : slabs) {
            for (Map.Entry<Long, Long> piece : slab.free.entrySet()) {
                if (piece.getValue() >= length) {
                    return cut(slab, piece.getKey(), piece.getValue(), length, rows, columns);
                }
            }
        }
        Slab slab = grow(length);
        return cut(slab, 0, slab.length, length, rows, columns);
    }

    private Matrix cut(Slab slab, long offset, long available, long length, int rows, int columns) {
        slab.free.remove(offset);
        highest = Math.max(highest, offset + length);
        if (available > length) {
            slab.free.put(offset + length, available - length);
        }
        return new Matrix(slab.memory, offset, rows, columns, columns);
    }

    private Slab grow(long length) {
        return take(aligned(Math.max(length, Math.max(SMALLEST_SLAB, isReserved ? 0 : capacity / 4))));
    }

    private Slab take(long size) {
        Slab slab = new Slab(source.apply(size), size, new TreeMap<>(Map.of(0L, size)));
        capacity += size;
        slabs.add(slab);
        return slab;
    }

    /** Gives a matrix's memory back; the matrix must be one of {@link #allocate}, whole. */
    void release(Matrix matrix) {
        for (Slab slab : slabs) {
            if (slab.memory == matrix.storage()) {
                merge(slab.free, matrix.offset(), aligned(matrix.size()));
                return;
            }
        }
        throw new IllegalArgumentException("matrix " + matrix + " is not of this arena");
    }

    private static void merge(NavigableMap<Long, Long> free, long start, long length) {
        long offset = start;
        long end = start + length;
        Map.Entry<Long, Long> before = free.lowerEntry(offset);
        if (before != null && before.getKey() + before.getValue() == offset) {
            offset = before.getKey();
        }
        Long after = free.remove(end);
        if (after != null) {
            end += after;
        }
        free.put(offset, end - offset);
    }

    /** The memory of the slabs. */
    List<MatrixStorage> storages() {
        return slabs.stream().map(Slab::memory).toList();
    }

    /** Number of values that the slabs hold. */
    long capacity() {
        return capacity;
    }

    private static long aligned(long length) {
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
