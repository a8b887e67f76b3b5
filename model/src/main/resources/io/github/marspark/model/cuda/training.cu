// What a training step does besides its network: the gradient's norm, AdamW with the moving average, and the losses. Norms
// and losses are sums in double precision.

/** The total of numbers, for all threads of a block, whatever threads there are. */
__device__ double totalOf(const volatile double *numbers, int count) {
    double sum = 0;
    for (int i = threadIdx.x; i < count; i += THREADS) {
        sum += numbers[i];
    }
    return blockSum(sum);
}

/** The sum of the squares of some values, by blocks (grid y) whose partial sums the last one adds up. */
KERNEL sumSquares(const float *x, double *partial, unsigned int *arrived, double *total, int count) {
    double sum = 0;
    for (long long i = blockIdx.y * (long long) THREADS + threadIdx.x; i < count; i += gridDim.y * (long long) THREADS) {
        sum += (double) x[i] * x[i];
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        partial[blockIdx.y] = sum;
    }
    if (isLast(arrived)) {
        sum = totalOf(partial, gridDim.y);
        if (threadIdx.x == 0) {
            *total = sum;
        }
    }
}

/** AdamW.java's constants of a step. */
struct Factors {
    float scale, keep, beta1, rest1, beta2, rest2, rate, correction, epsilon, averageKeep, averageRest;
};

/** Whether an index is behind an odd number of the ascending places. */
__device__ bool isBehindOdd(const int *places, int count, int index) {
    int low = 0;
    int high = count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (places[middle] <= index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low % 2 == 1;
}

/** AdamW.java's step; changes are the indices at which weight decay begins or ends, offset the index of the first value. */
KERNEL adamW(float *parameters, const float *gradient, float *first, float *second, float *average, Factors factors,
             const int *changes, int changeCount, int offset, int rows, int columns) {
    EACH_VALUE(rows, columns);
    float g = factors.scale * gradient[index];
    float m = factors.beta1 * first[index] + factors.rest1 * g;
    float v = factors.beta2 * second[index] + factors.rest2 * g * g;
    float keep = isBehindOdd(changes, changeCount, offset + (int) index) ? factors.keep : 1;
    float moved = keep * parameters[index] - factors.rate * m / (sqrtf(v) * factors.correction + factors.epsilon);
    first[index] = m;
    second[index] = v;
    parameters[index] = moved;
    average[index] = factors.averageKeep * average[index] + factors.averageRest * moved;
}

KERNEL swap(View x, View y, int rows, int columns) {
    EACH_VALUE(rows, columns);
    float kept = read(x, row, column);
    *place(x, row, column) = read(y, row, column);
    *place(y, row, column) = kept;
}

// ---- losses: a warp a row, whose loss and share of the gradient are those of the mean over all rows

/** The mean of the rows' losses; one block. */
KERNEL meanOfRows(const double *ofRows, double *mean, int rows) {
    double sum = totalOf(ofRows, rows);
    if (threadIdx.x == 0) {
        *mean = sum / rows;
    }
}

/** VariationalBound.java: a term of the bound in nats and its derivative by the log-variance. */
struct Bound {
    double value, slope;
};

__device__ Bound divergence(double difference, double logVariance, double trueLogVariance) {
    double ratio = exp(trueLogVariance - logVariance) + difference * difference * exp(-logVariance);
    return {0.5 * (-1 + logVariance - trueLogVariance + ratio), 0.5 * (1 - ratio)};
}

#define CUBIC 0.044715
#define SQRT_2_OVER_PI 0.79788456080286535588

__device__ double cumulative(double z) {
    return 0.5 * (1 + tanh(SQRT_2_OVER_PI * (z + CUBIC * z * z * z)));
}

/** The derivative of cumulative by the log-variance, of which dz = -z / 2. */
__device__ double cumulativeSlope(double z) {
    double t = tanh(SQRT_2_OVER_PI * (z + CUBIC * z * z * z));
    return 0.5 * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * CUBIC * z * z) * (-z / 2);
}

__device__ Bound likelihood(double clean, double difference, double logVariance) {
    double inverseDeviation = exp(-0.5 * logVariance);
    double upper = inverseDeviation * (difference + 1.0 / 255);
    double lower = inverseDeviation * (difference - 1.0 / 255);
    double probability = (clean > 0.999 ? 1 : cumulative(upper)) - (clean < -0.999 ? 0 : cumulative(lower));
    double slope = (clean > 0.999 ? 0 : cumulativeSlope(upper)) - (clean < -0.999 ? 0 : cumulativeSlope(lower));
    if (probability < 1e-12) {
        return {-log(1e-12), 0};
    }
    return {-log(probability), -slope / probability};
}

/**
 * DiffusionLoss.java. Output and gradient are (N, 2 D), clean and noise (N, D); table has for each time step what the
 * difference of the noises is multiplied by, and the bounds of the log-variance.
 */
KERNEL diffusionLoss(View output, View clean, View noise, const int *timesteps, const double *table, View gradient,
                     double *ofRows, int rows, int width) {
    WARP_A_ROW(rows);
    const double *step = table + 3 * timesteps[row];
    double low = step[1];
    double high = step[2];
    double bits = 1 / log(2.0);
    double loss = 0;
    for (int i = lane; i < width; i += WARP) {
        double error = (double) read(output, row, i) - read(noise, row, i);
        double logVariance = low + ((double) read(output, row, width + i) + 1) / 2 * (high - low);
        Bound bound = timesteps[row] == 0 ? likelihood(read(clean, row, i), step[0] * error, logVariance)
                                          : divergence(step[0] * error, logVariance, low);
        loss += (error * error + bound.value * bits) / width;
        *place(gradient, row, i) = (float) (2 * error / width / rows);
        *place(gradient, row, width + i) = (float) (bound.slope * (high - low) / 2 * bits / width / rows);
    }
    loss = warpSum(loss);
    if (lane == 0) {
        ofRows[row] = loss;
    }
}

/** CrossEntropyLoss.java; logits and gradient are (N, Q). */
KERNEL crossEntropy(View logits, const int *ids, View gradient, double *ofRows, int rows, int codes) {
    WARP_A_ROW(rows);
    float largest = -3.402823466e38f;
    for (int i = lane; i < codes; i += WARP) {
        largest = fmaxf(largest, read(logits, row, i));
    }
    largest = warpMax(largest);
    double sum = 0;
    for (int i = lane; i < codes; i += WARP) {
        sum += exp((double) read(logits, row, i) - largest);
    }
    sum = warpSum(sum);
    for (int i = lane; i < codes; i += WARP) {
        double share = exp((double) read(logits, row, i) - largest) / sum - (i == ids[row] ? 1 : 0);
        *place(gradient, row, i) = (float) (share / rows);
    }
    if (lane == 0) {
        ofRows[row] = largest + log(sum) - read(logits, row, ids[row]);
    }
}
