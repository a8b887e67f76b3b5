// Convolutions as products, pooling, and images of twice the size. Images are rows (B H W, C) without gaps.

/** ConvolutionShape.java, without its batch. */
struct Geometry {
    int height, width, outputHeight, outputWidth, kernelHeight, kernelWidth, strideRows, strideColumns, beforeRows,
        beforeColumns;
};

/** What output pixels from the first on see, a row each: (rows, C taps), the taps of a channel side by side. */
KERNEL windows(const float *x, Geometry g, float *seen, int first, int rows, int channels) {
    int taps = g.kernelHeight * g.kernelWidth;
    EACH_VALUE(rows, channels * taps);
    int channel = column / taps;
    int tap = column % taps;
    int output = first + row;
    int image = output / (g.outputHeight * g.outputWidth);
    int pixel = output % (g.outputHeight * g.outputWidth);
    int y = pixel / g.outputWidth * g.strideRows - g.beforeRows + tap / g.kernelWidth;
    int x0 = pixel % g.outputWidth * g.strideColumns - g.beforeColumns + tap % g.kernelWidth;
    bool inside = y >= 0 && y < g.height && x0 >= 0 && x0 < g.width;
    seen[index] = inside ? x[(((long long) image * g.height + y) * g.width + x0) * channels + channel] : 0;
}

/** The way back of windows for whole images: every input pixel gathers from the windows that saw it. */
KERNEL windowsBackward(const float *seen, Geometry g, View dx, float beta, int rows, int channels) {
    EACH_VALUE(rows, channels);
    int taps = g.kernelHeight * g.kernelWidth;
    int image = row / (g.height * g.width);
    int y = row / g.width % g.height + g.beforeRows;
    int x = row % g.width + g.beforeColumns;
    float sum = 0;
    for (int u = 0; u < g.kernelHeight; u++) {
        for (int v = 0; v < g.kernelWidth; v++) {
            int i = (y - u) / g.strideRows;
            int j = (x - v) / g.strideColumns;
            bool met = y >= u && x >= v && i * g.strideRows == y - u && j * g.strideColumns == x - v;
            if (met && i < g.outputHeight && j < g.outputWidth) {
                long long output = ((long long) image * g.outputHeight + i) * g.outputWidth + j;
                sum += seen[(output * channels + column) * taps + u * g.kernelWidth + v];
            }
        }
    }
    write(dx, row, column, sum, beta);
}

/** The largest or the mean value of a window, where that lies inside the image. */
KERNEL pool(const float *x, Geometry g, View y, int mean, int rows, int channels) {
    EACH_VALUE(rows, channels);
    int image = row / (g.outputHeight * g.outputWidth);
    int pixel = row % (g.outputHeight * g.outputWidth);
    int top = pixel / g.outputWidth * g.strideRows - g.beforeRows;
    int left = pixel % g.outputWidth * g.strideColumns - g.beforeColumns;
    float largest = -3.402823466e38f;
    float sum = 0;
    int count = 0;
    for (int i = max(top, 0); i < min(top + g.kernelHeight, g.height); i++) {
        for (int j = max(left, 0); j < min(left + g.kernelWidth, g.width); j++) {
            float value = x[(((long long) image * g.height + i) * g.width + j) * channels + column];
            largest = fmaxf(largest, value);
            sum += value;
            count++;
        }
    }
    *place(y, row, column) = mean ? sum / count : largest;
}

/** Every pixel twice in each direction; rows and width are of the larger image. */
KERNEL upsample(View x, View y, int width, int rows, int channels) {
    EACH_VALUE(rows, channels);
    int source = row / (2 * width) * (width / 2) + row % width / 2;
    *place(y, row, column) = read(x, source, column);
}

/** Sums of four pixels; rows and width are of the smaller image. */
KERNEL upsampleBackward(View dy, View dx, float beta, int width, int rows, int channels) {
    EACH_VALUE(rows, channels);
    long long first = (long long) (row / width) * 4 * width + 2 * (row % width);
    float upper = read(dy, first, column) + read(dy, first + 1, column);
    float lower = read(dy, first + 2 * width, column) + read(dy, first + 2 * width + 1, column);
    write(dx, row, column, upper + lower, beta);
}
