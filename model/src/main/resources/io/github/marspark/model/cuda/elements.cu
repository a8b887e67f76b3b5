// Operations on values that have nothing to do with each other: a thread a value.

KERNEL fill(View y, float value, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(y, row, column) = value;
}

KERNEL copy(View x, View y, float beta, int rows, int columns) {
    EACH_VALUE(rows, columns);
    write(y, row, column, read(x, row, column), beta);
}

/** y[i] = x for every row i. */
KERNEL fillRows(View x, View y, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(y, row, column) = x.at[column];
}

KERNEL residual(View x, View branch, Drop drop, View z, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(z, row, column) = read(x, row, column) + read(branch, row, column) * factorAt(drop, index);
}

/** z = x + dropout(z + bias). */
KERNEL biasResidual(View x, View z, const float *bias, Drop drop, int rows, int columns) {
    EACH_VALUE(rows, columns);
    float branch = (read(z, row, column) + bias[column]) * factorAt(drop, index);
    *place(z, row, column) = read(x, row, column) + branch;
}

KERNEL dropout(View x, Drop drop, View y, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(y, row, column) = read(x, row, column) * factorAt(drop, index);
}

KERNEL modulate(View x, View shift, View scale, View y, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(y, row, column) = read(x, row, column) * (1 + read(scale, row, column)) + read(shift, row, column);
}

KERNEL modulateBackward(View x, View scale, View dy, View dx, View dShift, View dScale, int rows, int columns) {
    EACH_VALUE(rows, columns);
    float gradient = read(dy, row, column);
    float factor = 1 + read(scale, row, column);
    float value = read(x, row, column);
    *place(dx, row, column) = gradient * factor;
    *place(dShift, row, column) = gradient;
    *place(dScale, row, column) = gradient * value;
}

KERNEL gate(View x, View gate, View u, View y, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(y, row, column) = read(x, row, column) + read(gate, row, column) * read(u, row, column);
}

KERNEL gateBackward(View gate, View u, View dy, View dGate, View du, int rows, int columns) {
    EACH_VALUE(rows, columns);
    float gradient = read(dy, row, column);
    float factor = read(gate, row, column);
    *place(dGate, row, column) = gradient * read(u, row, column);
    *place(du, row, column) = gradient * factor;
}

__device__ float geluOf(float x) {
    return 0.5f * x * (1 + erff(x * 0.70710678f));
}

KERNEL gelu(View x, Drop drop, View y, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(y, row, column) = geluOf(read(x, row, column)) * factorAt(drop, index);
}

/** What a product lacks of its bias, kept in x, and GELU with dropout. */
KERNEL biasGelu(View x, const float *bias, Drop drop, View y, int rows, int columns) {
    EACH_VALUE(rows, columns);
    float value = read(x, row, column) + bias[column];
    *place(x, row, column) = value;
    *place(y, row, column) = geluOf(value) * factorAt(drop, index);
}

KERNEL geluBackward(View x, Drop drop, View dy, View dx, int rows, int columns) {
    EACH_VALUE(rows, columns);
    float value = read(x, row, column);
    float slope = 0.5f * (1 + erff(value * 0.70710678f)) + value * 0.39894228f * expf(-0.5f * value * value);
    *place(dx, row, column) = read(dy, row, column) * factorAt(drop, index) * slope;
}

__device__ float siluOf(float x) {
    return x / (1 + expf(-x));
}

__device__ float siluSlope(float x) {
    float sigmoid = 1 / (1 + expf(-x));
    return sigmoid * (1 + x * (1 - sigmoid));
}

KERNEL silu(View x, View y, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(y, row, column) = siluOf(read(x, row, column));
}

KERNEL siluBackward(View x, View dy, View dx, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(dx, row, column) = read(dy, row, column) * siluSlope(read(x, row, column));
}

KERNEL relu(View x, View y, int rows, int columns) {
    EACH_VALUE(rows, columns);
    *place(y, row, column) = fmaxf(read(x, row, column), 0.0f);
}
