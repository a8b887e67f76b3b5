// Whole rows: sums over them, and rows that are picked by number.

#define SUM_ROWS 64

/**
 * Whether this block is the last of its columns to come here, and then sees what the others wrote before; for all of its
 * threads. Who comes last is chance and counted in integers; what that block adds up has one order whoever it is.
 */
__device__ bool isLast(unsigned int *arrived) {
    __shared__ bool last;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
        last = atomicAdd(arrived + blockIdx.x, 1u) == gridDim.y - 1;
        if (last) {
            arrived[blockIdx.x] = 0; // for the next launch
        }
    }
    __syncthreads();
    return last;
}

/** The total of a column, by the last block: the sum over the blocks' partial sums, in order, + beta total. */
__device__ void addPartials(const volatile float *partial, long long step, View total, float beta, int column) {
    float sum = 0;
    for (unsigned int block = 0; block < gridDim.y; block++) {
        sum += partial[block * step + column];
    }
    write(total, 0, column, sum, beta);
}

/** Sums of columns: of each SUM_ROWS rows by a block (grid y) into partial (blocks, columns), then of those. */
KERNEL sumRows(View x, float *partial, unsigned int *arrived, float beta, View total, int rows, int columns) {
    int column = blockIdx.x * THREADS + threadIdx.x;
    int end = column < columns ? min(rows, (int) (blockIdx.y + 1) * SUM_ROWS) : 0;
    float sum = 0;
    for (int row = blockIdx.y * SUM_ROWS; row < end; row++) {
        sum += read(x, row, column);
    }
    if (column < columns) {
        partial[(long long) blockIdx.y * columns + column] = sum;
    }
    if (isLast(arrived) && column < columns) {
        addPartials(partial, columns, total, beta, column);
    }
}

/** y[i] = table[numbers[i]] + beta y[i]; leaves row i alone where the number is negative. */
KERNEL gatherRows(View table, const int *numbers, View y, float beta, int rows, int columns) {
    EACH_VALUE(rows, columns);
    int source = numbers[row];
    if (source >= 0) {
        write(y, row, column, read(table, source, column), beta);
    }
}

/** Adds to row targets[t] of the table the rows sources[starts[t]] to sources[starts[t + 1]] of x, in order. */
KERNEL scatterAddRows(View x, const int *targets, const int *starts, const int *sources, View table, int rows,
                      int columns) {
    EACH_VALUE(rows, columns);
    float sum = read(table, targets[row], column);
    for (int s = starts[row]; s < starts[row + 1]; s++) {
        sum += read(x, sources[s], column);
    }
    *place(table, targets[row], column) = sum;
}
