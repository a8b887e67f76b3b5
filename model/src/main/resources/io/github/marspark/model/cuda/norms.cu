// Layer normalisation: a warp a row. Group normalisation: a block a group of an image.

/** Mean and reciprocal deviation of a row, for all of its warp. */
__device__ void momentsOf(const float *in, int columns, int lane, float epsilon, float *mean, float *scale) {
    float sum = 0;
    for (int i = lane; i < columns; i += WARP) {
        sum += in[i];
    }
    *mean = warpSum(sum) / columns;
    float squares = 0;
    for (int i = lane; i < columns; i += WARP) {
        squares += (in[i] - *mean) * (in[i] - *mean);
    }
    *scale = 1 / sqrtf(warpSum(squares) / columns + epsilon);
}

/** Weight and bias are null where none are learned. */
KERNEL layerNorm(View x, const float *weight, const float *bias, float epsilon, View moments, View y, int rows,
                 int columns) {
    WARP_A_ROW(rows);
    const float *in = place(x, row, 0);
    float *out = place(y, row, 0);
    float mean, scale;
    momentsOf(in, columns, lane, epsilon, &mean, &scale);
    for (int i = lane; i < columns; i += WARP) {
        float normal = (in[i] - mean) * scale;
        out[i] = weight == 0 ? normal : normal * weight[i] + bias[i];
    }
    if (lane == 0) {
        *place(moments, row, 0) = mean;
        *place(moments, row, 1) = scale;
    }
}

/** dx + beta dx of a layer normalisation, whose parameters' gradients are normSums'. */
KERNEL layerNormBackward(View x, const float *weight, View moments, View dy, View dx, float beta, int rows,
                         int columns) {
    WARP_A_ROW(rows);
    const float *in = place(x, row, 0);
    const float *gradient = place(dy, row, 0);
    float mean = read(moments, row, 0);
    float scale = read(moments, row, 1);
    float sum = 0;
    float product = 0;
    for (int i = lane; i < columns; i += WARP) {
        float g = gradient[i] * weight[i];
        sum += g;
        product += g * ((in[i] - mean) * scale);
    }
    float meanOfSum = warpSum(sum) / columns;
    float meanOfProduct = warpSum(product) / columns;
    for (int i = lane; i < columns; i += WARP) {
        float normal = (in[i] - mean) * scale;
        write(dx, row, i, (gradient[i] * weight[i] - meanOfSum - normal * meanOfProduct) * scale, beta);
    }
}

/** The same without learned parameters, from the output y. */
KERNEL normalizeBackward(View y, View moments, View dy, View dx, float beta, int rows, int columns) {
    WARP_A_ROW(rows);
    const float *normal = place(y, row, 0);
    const float *gradient = place(dy, row, 0);
    float sum = 0;
    float product = 0;
    for (int i = lane; i < columns; i += WARP) {
        sum += gradient[i];
        product += gradient[i] * normal[i];
    }
    float meanOfSum = warpSum(sum) / columns;
    float meanOfProduct = warpSum(product) / columns;
    float scale = read(moments, row, 1);
    for (int i = lane; i < columns; i += WARP) {
        write(dx, row, i, (gradient[i] - meanOfSum - normal[i] * meanOfProduct) * scale, beta);
    }
}

/** Adds up both sums of a column over all blocks. */
__device__ void addBoth(float *partial, unsigned int *arrived, float ofWeight, float ofBias, float beta, View dWeight,
                        View dBias, int columns) {
    int column = blockIdx.x * THREADS + threadIdx.x;
    if (column < columns) {
        partial[blockIdx.y * 2ll * columns + column] = ofWeight;
        partial[(blockIdx.y * 2ll + 1) * columns + column] = ofBias;
    }
    if (isLast(arrived) && column < columns) {
        addPartials(partial, 2ll * columns, dWeight, beta, column);
        addPartials(partial + columns, 2ll * columns, dBias, beta, column);
    }
}

/** As sumRows, the sums of dy normal and of dy; partial (blocks, 2 columns). */
KERNEL normSums(View x, View moments, View dy, float *partial, unsigned int *arrived, float beta, View dWeight,
                View dBias, int rows, int columns) {
    int column = blockIdx.x * THREADS + threadIdx.x;
    float ofWeight = 0;
    float ofBias = 0;
    int end = column < columns ? min(rows, (int) (blockIdx.y + 1) * SUM_ROWS) : 0;
    for (int row = blockIdx.y * SUM_ROWS; row < end; row++) {
        float gradient = read(dy, row, column);
        ofWeight += gradient * ((read(x, row, column) - read(moments, row, 0)) * read(moments, row, 1));
        ofBias += gradient;
    }
    addBoth(partial, arrived, ofWeight, ofBias, beta, dWeight, dBias, columns);
}

// ---- groups: block (image, group) of the grid's (y, x)

/** A group's values: all pixels of an image, width adjacent channels. */
#define EACH_OF_GROUP(i)                                                                                               \
    int width = columns / gridDim.x;                                                                                   \
    long long firstRow = (long long) blockIdx.y * pixels;                                                              \
    int firstColumn = blockIdx.x * width;                                                                              \
    int count = pixels * width;                                                                                        \
    int group = blockIdx.y * gridDim.x + blockIdx.x

KERNEL groupNorm(View x, const float *weight, const float *bias, float epsilon, int silu, View moments, View y,
                 int pixels, int columns) {
    EACH_OF_GROUP(i);
    float sum = 0;
    for (int i = threadIdx.x; i < count; i += THREADS) {
        sum += read(x, firstRow + i / width, firstColumn + i % width);
    }
    float mean = blockSum(sum) / count;
    float squares = 0;
    for (int i = threadIdx.x; i < count; i += THREADS) {
        float centred = read(x, firstRow + i / width, firstColumn + i % width) - mean;
        squares += centred * centred;
    }
    float scale = 1 / sqrtf(blockSum(squares) / count + epsilon);
    for (int i = threadIdx.x; i < count; i += THREADS) {
        int column = firstColumn + i % width;
        float normal = (read(x, firstRow + i / width, column) - mean) * scale;
        float value = normal * weight[column] + bias[column];
        *place(y, firstRow + i / width, column) = silu ? siluOf(value) : value;
    }
    if (threadIdx.x == 0) {
        *place(moments, group, 0) = mean;
        *place(moments, group, 1) = scale;
    }
}

/** The gradient before the activation, of a value and its normalised self. */
__device__ float beforeActivation(float gradient, float normal, float weight, float bias, int silu) {
    return silu ? gradient * siluSlope(normal * weight + bias) : gradient;
}

KERNEL groupNormBackward(View x, const float *weight, const float *bias, int silu, View moments, View dy, View dx,
                         float beta, int pixels, int columns) {
    EACH_OF_GROUP(i);
    float mean = read(moments, group, 0);
    float scale = read(moments, group, 1);
    float sum = 0;
    float product = 0;
    for (int i = threadIdx.x; i < count; i += THREADS) {
        long long row = firstRow + i / width;
        int column = firstColumn + i % width;
        float normal = (read(x, row, column) - mean) * scale;
        float g = beforeActivation(read(dy, row, column), normal, weight[column], bias[column], silu) * weight[column];
        sum += g;
        product += g * normal;
    }
    float meanOfSum = blockSum(sum) / count;
    float meanOfProduct = blockSum(product) / count;
    for (int i = threadIdx.x; i < count; i += THREADS) {
        long long row = firstRow + i / width;
        int column = firstColumn + i % width;
        float normal = (read(x, row, column) - mean) * scale;
        float g = beforeActivation(read(dy, row, column), normal, weight[column], bias[column], silu) * weight[column];
        write(dx, row, column, (g - meanOfSum - normal * meanOfProduct) * scale, beta);
    }
}

/** As normSums, of groups of channels and before the activation. */
KERNEL groupNormSums(View x, const float *weight, const float *bias, int silu, View moments, View dy, float *partial,
                     unsigned int *arrived, float beta, View dWeight, View dBias, int rows, int columns, int pixels,
                     int groups) {
    int column = blockIdx.x * THREADS + threadIdx.x;
    float ofWeight = 0;
    float ofBias = 0;
    int end = column < columns ? min(rows, (int) (blockIdx.y + 1) * SUM_ROWS) : 0;
    for (int row = blockIdx.y * SUM_ROWS; row < end; row++) {
        int group = row / pixels * groups + column / (columns / groups);
        float normal = (read(x, row, column) - read(moments, group, 0)) * read(moments, group, 1);
        float g = beforeActivation(read(dy, row, column), normal, weight[column], bias[column], silu);
        ofWeight += g * normal;
        ofBias += g;
    }
    addBoth(partial, arrived, ofWeight, ofBias, beta, dWeight, dBias, columns);
}
