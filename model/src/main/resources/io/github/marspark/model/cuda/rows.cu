// Whole rows: sums over them, and rows that are picked by number.

#define SUM_ROWS 64

/** Of each SUM_ROWS rows (grid y) the sum of a column: partial (blocks, columns). */
KERNEL sumRows(View x, float *partial, int rows, int columns) {
    int column = blockIdx.x * THREADS + threadIdx.x;
    if (column >= columns) {
        return;
    }
    int end = min(rows, (int) (blockIdx.y + 1) * SUM_ROWS);
    float sum = 0;
    for (int row = blockIdx.y * SUM_ROWS; row < end; row++) {
        sum += read(x, row, column);
    }
    partial[(long long) blockIdx.y * columns + column] = sum;
}

/** total = the sum over blocks of partial (blocks, columns), in order, + beta total. */
KERNEL addPartials(View partial, View total, float beta, int blocks, int columns) {
    int column = blockIdx.x * THREADS + threadIdx.x;
    if (column >= columns) {
        return;
    }
    float sum = 0;
    for (int block = 0; block < blocks; block++) {
        sum += read(partial, block, column);
    }
    write(total, 0, column, sum, beta);
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
