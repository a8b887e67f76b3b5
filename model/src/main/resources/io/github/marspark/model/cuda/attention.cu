// The softmax of attention: a warp a row of scores (B H T, U), rows without gaps. No probabilities are kept: the way back
// computes them once more from the same scores, and what dropout took from its hash.

/** Largest scaled score of a row and reciprocal sum of the exponentials below it, for all of its warp. */
__device__ void softmaxOf(const float *scores, int columns, int lane, float scale, float *largest, float *share) {
    float most = -3.402823466e38f;
    for (int i = lane; i < columns; i += WARP) {
        most = fmaxf(most, scores[i] * scale);
    }
    *largest = warpMax(most);
    float sum = 0;
    for (int i = lane; i < columns; i += WARP) {
        sum += expf(scores[i] * scale - *largest);
    }
    *share = 1 / warpSum(sum);
}

/** How many keys a query sees: all, or those up to its own of as many as there are queries. */
__device__ int keysSeen(int upToItself, unsigned int row, int columns) {
    return upToItself ? (int) (row % (unsigned int) columns) + 1 : columns;
}

/** Scores become what multiplies the values; drop.sampleSize is a sample's rows, firstSample that of row 0. */
KERNEL softmax(float *scores, Drop drop, float scale, int upToItself, int firstSample, int rows, int columns) {
    WARP_A_ROW(rows);
    float *s = scores + (long long) row * columns;
    float largest, share;
    int seen = keysSeen(upToItself, row, columns);
    softmaxOf(s, seen, lane, scale, &largest, &share);
    unsigned int sample = row / (unsigned int) drop.sampleSize;
    unsigned int element = (row - sample * (unsigned int) drop.sampleSize) * columns;
    for (int i = lane; i < columns; i += WARP) {
        float p = i < seen ? expf(s[i] * scale - largest) * share : 0;
        s[i] = p * factorOf(drop, firstSample + sample, element + i);
    }
}

/** Scores become weights w as in softmax, the weights' gradient g that of the scores: (w g - p sum(w g)) scale. */
KERNEL softmaxBackward(float *scores, float *gradient, Drop drop, float scale, int upToItself, int firstSample, int rows,
                       int columns) {
    WARP_A_ROW(rows);
    float *s = scores + (long long) row * columns;
    float *g = gradient + (long long) row * columns;
    float largest, share;
    int seen = keysSeen(upToItself, row, columns);
    softmaxOf(s, seen, lane, scale, &largest, &share);
    unsigned int sample = row / (unsigned int) drop.sampleSize;
    unsigned int element = (row - sample * (unsigned int) drop.sampleSize) * columns;
    float sum = 0;
    for (int i = lane; i < columns; i += WARP) {
        float p = i < seen ? expf(s[i] * scale - largest) * share : 0;
        sum += p * factorOf(drop, firstSample + sample, element + i) * g[i];
    }
    sum = warpSum(sum);
    for (int i = lane; i < columns; i += WARP) {
        float p = i < seen ? expf(s[i] * scale - largest) * share : 0;
        float w = p * factorOf(drop, firstSample + sample, element + i);
        g[i] = (w * g[i] - p * sum) * scale;
        s[i] = w;
    }
}
