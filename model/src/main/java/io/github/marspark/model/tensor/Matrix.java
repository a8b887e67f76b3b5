package io.github.marspark.model.tensor;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A view of {@code rows} rows of {@code columns} adjacent values, {@code stride} values apart, in a
 * {@link MatrixStorage}: mostly that of an ND4J array, or a GPU's.
 *
 * <p>Every activation of the networks is one: a token sequence {@code (B, T, D)} is a matrix of {@code B * T} rows, an
 * image {@code (B, H, W, C)} one of {@code B * H * W} rows. The view holds its memory alive and never owns it; it is
 * immutable, what it shows is not.
 */
public final class Matrix {
    /** Side of the squares in which a matrix is transposed: a few cache lines. */
    private static final int TILE = 32;

    private final MatrixStorage storage;
    private final long offset;
    private final int rows;
    private final int columns;
    private final long stride;
    private volatile @Nullable INDArray array;
    private volatile @Nullable FloatPointer pointer;
    private volatile @Nullable FloatBuffer host;
    private volatile @Nullable IntBuffer hostBits;

    Matrix(MatrixStorage storage, long offset, int rows, int columns, long stride) {
        this.storage = storage;
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
        this.stride = stride;
    }

    /**
     * The whole of an array as a matrix.
     *
     * @param array in c order without gaps, of any shape
     * @param rows number of rows; must divide the array's length
     * @throws IllegalArgumentException if the array has gaps or is not a multiple of {@code rows} long
     */
    public static Matrix of(INDArray array, int rows) {
        if (rows < 1 || array.length() % rows != 0) {
            throw new IllegalArgumentException(
                    "rows is " + rows + ", must divide the array's length " + array.length());
        }
        if ((array.ordering() != 'c' && array.rank() > 1) || array.elementWiseStride() != 1) {
            throw new IllegalArgumentException("array of shape " + Arrays.toString(array.shape()) + " and strides "
                    + Arrays.toString(array.stride()) + " must be in c order without gaps");
        }
        int columns = Math.toIntExact(array.length() / rows);
        return new Matrix(new ArrayStorage(array), 0, rows, columns, columns);
    }

    /**
     * Some of an array's values as a matrix.
     *
     * @param array in c order without gaps, of any shape
     * @param offset values before the first
     * @throws IllegalArgumentException if the array ends before the matrix does
     */
    public static Matrix part(INDArray array, long offset, int rows, int columns) {
        return part(new ArrayStorage(array), offset, rows, columns);
    }

    /**
     * Some of a storage's values as a matrix.
     *
     * @param offset values before the first
     * @throws IllegalArgumentException if the storage ends before the matrix does
     */
    public static Matrix part(MatrixStorage storage, long offset, int rows, int columns) {
        if (offset < 0 || offset + (long) rows * columns > storage.length()) {
            throw new IllegalArgumentException("a matrix " + rows + " x " + columns + " from " + offset
                    + " on does not lie within the array's " + storage.length() + " values");
        }
        return new Matrix(storage, offset, rows, columns, columns);
    }

    /**
     * A float32 matrix of one's own memory that holds the given values.
     *
     * @param values row after row, {@code rows * columns} of them
     */
    public static Matrix of(float[] values, int rows) {
        return of(Nd4j.createFromArray(values), rows);
    }

    /** Number of rows. */
    public int rows() {
        return rows;
    }

    /** Number of columns. */
    public int columns() {
        return columns;
    }

    /** Distance between the starts of two rows, in values. */
    public long stride() {
        return stride;
    }

    /** Number of values. */
    public long size() {
        return (long) rows * columns;
    }

    /** The type of the values. */
    public DataType type() {
        return storage.type();
    }

    /** Whether the rows follow one another without gaps. */
    public boolean isContiguous() {
        return stride == columns || rows == 1;
    }

    /**
     * Columns {@code from} (inclusive) to {@code to} (exclusive), sharing this matrix's memory.
     *
     * @throws IllegalArgumentException if the range is not inside the matrix
     */
    public Matrix columns(int from, int to) {
        checkRange("columns", from, to, columns);
        return new Matrix(storage, offset + from, rows, to - from, stride);
    }

    /**
     * Rows {@code from} (inclusive) to {@code to} (exclusive), sharing this matrix's memory.
     *
     * @throws IllegalArgumentException if the range is not inside the matrix
     */
    public Matrix rows(int from, int to) {
        checkRange("rows", from, to, rows);
        return new Matrix(storage, offset + from * stride, to - from, columns, stride);
    }

    /**
     * The same values in other rows, sharing this matrix's memory.
     *
     * @throws IllegalArgumentException if the matrix has gaps between its rows or the size differs
     */
    public Matrix reshape(int newRows, int newColumns) {
        if (!isContiguous() || (long) newRows * newColumns != size()) {
            throw new IllegalArgumentException(
                    "a matrix " + this + " cannot be seen as " + newRows + " x " + newColumns);
        }
        return new Matrix(storage, offset, newRows, newColumns, newColumns);
    }

    /** The matrix as a view of shape {@code (rows, columns)} on its ND4J array. */
    public INDArray array() {
        INDArray made = array;
        if (made == null) {
            INDArray memory = memory();
            INDArray flat = memory.rank() == 1 ? memory : memory.reshape('c', new long[] {memory.length()});
            long end = offset + (rows - 1) * stride + columns;
            INDArray part = flat.get(NDArrayIndex.interval(offset, end));
            made = Nd4j.create(
                    part.data(),
                    new long[] {rows, columns},
                    new long[] {stride, 1},
                    part.offset(),
                    'c',
                    part.dataType());
            array = made;
        }
        return made;
    }

    /**
     * Sets every value.
     *
     * @param values row after row, {@code rows * columns} of them
     */
    public void assign(float[] values) {
        if (values.length != size()) {
            throw new IllegalArgumentException("values has " + values.length + " elements, must have " + size());
        }
        if (type() == DataType.FLOAT) {
            forEachPiece((from, start, count) -> storage.write(from, values, start, count));
        } else {
            array().assign(Nd4j.createFromArray(values).reshape(rows, columns));
        }
    }

    /** A copy of the values, row after row. */
    public float[] toFloats() {
        if (type() != DataType.FLOAT) {
            return array().dup('c').castTo(DataType.FLOAT).data().asFloat();
        }
        float[] values = new float[Math.toIntExact(size())];
        forEachPiece((from, start, count) -> storage.read(from, values, start, count));
        return values;
    }

    /** Adjacent values: where they lie in the storage, where in an array of all values, how many. */
    @FunctionalInterface
    private interface Piece {
        void run(long from, int start, int count);
    }

    private void forEachPiece(Piece work) {
        if (isContiguous()) {
            work.run(offset, 0, Math.toIntExact(size()));
            return;
        }
        for (int row = 0; row < rows; row++) {
            work.run(offset + row * stride, row * columns, columns);
        }
    }

    /** A copy {@code (columns, rows)} in memory of its own, float32. */
    Matrix transposed() {
        float[] values = toFloats();
        float[] turned = new float[values.length];
        for (int top = 0; top < rows; top += TILE) {
            for (int left = 0; left < columns; left += TILE) {
                turnTile(values, turned, top, left);
            }
        }
        return of(turned, columns);
    }

    private void turnTile(float[] values, float[] turned, int top, int left) {
        for (int row = top; row < Math.min(rows, top + TILE); row++) {
            for (int column = left; column < Math.min(columns, left + TILE); column++) {
                turned[column * rows + row] = values[row * columns + column];
            }
        }
    }

    /** The address of the first value, for a BLAS call; float32 in host memory only. */
    FloatPointer pointer() {
        FloatPointer made = pointer;
        if (made == null) {
            made = pointerAt(0);
            pointer = made;
        }
        return made;
    }

    /** The address of a value, {@code values} behind the first; float32 in host memory only. */
    FloatPointer pointerAt(long values) {
        return onHost().pointerAt(offset + values);
    }

    /** The memory from the first value on; row r starts at index {@code r * stride}; float32 in host memory only. */
    FloatBuffer host() {
        FloatBuffer made = host;
        if (made == null) {
            FloatPointer start = pointerAt(0);
            start.capacity(start.position() + (rows - 1) * stride + columns);
            start.limit(start.position() + (rows - 1) * stride + columns);
            made = start.asBuffer();
            host = made;
        }
        return made;
    }

    /** The same memory as {@link #host}, as the bits of the values. */
    IntBuffer hostBits() {
        IntBuffer made = hostBits;
        if (made == null) {
            IntPointer start = new IntPointer(pointerAt(0));
            start.capacity(start.position() + (rows - 1) * stride + columns);
            start.limit(start.position() + (rows - 1) * stride + columns);
            made = start.asBuffer();
            hostBits = made;
        }
        return made;
    }

    /** The array that the matrix is a view of; in host memory only. */
    INDArray memory() {
        return onHost().array();
    }

    private ArrayStorage onHost() {
        if (storage instanceof ArrayStorage held) {
            return held;
        }
        throw new IllegalStateException("a matrix " + this + " in the memory of " + storage
                + " is asked for an address of the host; only its values can be read and written");
    }

    MatrixStorage storage() {
        return storage;
    }

    long offset() {
        return offset;
    }

    @Override
    public String toString() {
        return rows + " x " + columns + (isContiguous() ? "" : " (stride " + stride + ")");
    }

    private void checkRange(String what, int from, int to, int end) {
        if (from < 0 || from >= to || to > end) {
            throw new IllegalArgumentException(
                    what + " " + from + " to " + to + " asked of a matrix " + this + ", must lie in 0 to " + end);
        }
    }
}
