package io.github.marspark.model.mar;

import io.github.marspark.model.tensor.Dropout;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Tape;
import io.github.marspark.model.tensor.Variable;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Attention of one row a sample to itself and all rows before it, whose keys and values each block keeps: 2 n B i E
 * numbers after i rows in n blocks. Not thread-safe.
 */
final class KeyValueCache implements SelfAttention, AutoCloseable {
    private final Kernels kernels;

    /** Of each block, {@code (B i, 2 E)}: keys, then values. */
    private final Map<Integer, Matrix> blocks = new HashMap<>();

    KeyValueCache(Kernels kernels) {
        this.kernels = kernels;
    }

    /**
     * Attends, and keeps the rows' keys and values.
     *
     * @param qkv {@code (B, 3 E)}
     * @return {@code (B, E)}
     */
    @Override
    public Variable of(Tape tape, int block, Variable qkv, int batch, int heads, Dropout dropout) {
        int width = qkv.columns() / 3;
        Matrix known = append(block, qkv.value().columns(width, 3 * width));
        return tape.attend(qkv, known.columns(0, width), known.columns(width, 2 * width), heads);
    }

    /** What a block keeps, keys beside values. */
    Matrix of(int block) {
        return Objects.requireNonNull(blocks.get(block), "nothing is kept yet");
    }

    /** Each sample's new row behind its rows before, {@code (B (i + 1), 2 E)}. */
    private Matrix append(int block, Matrix added) {
        Matrix before = blocks.get(block);
        int batch = added.rows();
        int length = before == null ? 0 : before.rows() / batch;
        int[] ofBefore = new int[batch * (length + 1)];
        int[] ofAdded = new int[ofBefore.length];
        for (int row = 0; row < ofBefore.length; row++) {
            int sample = row / (length + 1);
            int at = row % (length + 1);
            ofBefore[row] = at < length ? sample * length + at : -1;
            ofAdded[row] = at < length ? -1 : sample;
        }
        Matrix all = kernels.allocate(ofBefore.length, added.columns());
        kernels.gatherRows(added, ofAdded, all, 0);
        if (before != null) {
            kernels.gatherRows(before, ofBefore, all, 0);
            kernels.release(before);
        }
        blocks.put(block, all);
        return all;
    }

    @Override
    public void close() {
        blocks.values().forEach(kernels::release);
        blocks.clear();
    }
}
