// What all kernels share. The files of this folder are one source, in the order that CudaSource names: NVRTC compiles it
// for a GPU, g++ with a small header for tests without one, so nothing is included and no vendor's type is used.
// Sums have one fixed order and no atomics, so that runs agree bit for bit. Blocks have THREADS threads.

#define KERNEL extern "C" __global__ void
#define THREADS 256
#define WARP 32
#define WARPS (THREADS / WARP)

/** Rows of adjacent values, a stride apart. */
struct View {
    float *at;
    long long stride;
};

/** Dropout.java: what is kept of sampleSize values a sample; a threshold of 0 keeps all and reads no key. */
struct Drop {
    const int *keys;
    long long sampleSize;
    int threshold;
    float factor;
};

/** The value's index and place for a thread of a kernel that has one a value; ends those that have none. */
#define EACH_VALUE(rows, columns)                                                                                      \
    unsigned int index = blockIdx.x * THREADS + threadIdx.x;                                                           \
    if (index >= (unsigned int) (rows) * (unsigned int) (columns)) {                                                   \
        return;                                                                                                        \
    }                                                                                                                  \
    unsigned int row = index / (unsigned int) (columns);                                                               \
    unsigned int column = index - row * (unsigned int) (columns)

/** The row and lane for a thread of a kernel that has a warp a row; ends whole warps. */
#define WARP_A_ROW(rows)                                                                                               \
    unsigned int row = blockIdx.x * WARPS + threadIdx.x / WARP;                                                        \
    int lane = threadIdx.x % WARP;                                                                                     \
    if (row >= (unsigned int) (rows)) {                                                                                \
        return;                                                                                                        \
    }

__device__ float *place(View view, long long row, long long column) {
    return view.at + row * view.stride + column;
}

__device__ float read(View view, long long row, long long column) {
    return view.at[row * view.stride + column];
}

/** Overwrites where beta is 0, without reading; else adds. */
__device__ void write(View view, long long row, long long column, float value, float beta) {
    float *to = place(view, row, column);
    *to = beta == 0 ? value : value + *to;
}

__device__ float warpSum(float value) {
    for (int lanes = WARP / 2; lanes > 0; lanes /= 2) {
        value += __shfl_xor_sync(0xFFFFFFFFu, value, lanes);
    }
    return value;
}

/** The same in double precision, for norms and losses. */
__device__ double warpSum(double value) {
    for (int lanes = WARP / 2; lanes > 0; lanes /= 2) {
        value += __shfl_xor_sync(0xFFFFFFFFu, value, lanes);
    }
    return value;
}

__device__ float warpMax(float value) {
    for (int lanes = WARP / 2; lanes > 0; lanes /= 2) {
        value = fmaxf(value, __shfl_xor_sync(0xFFFFFFFFu, value, lanes));
    }
    return value;
}

/** The sum of a value of every thread of the block, for all of them. */
template <class Number> __device__ Number blockSum(Number value) {
    __shared__ Number ofWarp[WARPS];
    int lane = threadIdx.x % WARP;
    Number sum = warpSum(value);
    if (lane == 0) {
        ofWarp[threadIdx.x / WARP] = sum;
    }
    __syncthreads();
    sum = warpSum(lane < WARPS ? ofWarp[lane] : Number(0));
    __syncthreads(); // ofWarp is free again
    return sum;
}

/** Dropout.hash of Java, word for word. */
__device__ unsigned int dropoutHash(unsigned int key, unsigned int element) {
    unsigned int h = element * 0x9E3779B9u ^ key;
    h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
    h = (h ^ (h >> 13)) * 0xC2B2AE35u;
    return h ^ (h >> 16);
}

/** What dropout multiplies an element of a sample by. */
__device__ float factorOf(Drop drop, unsigned int sample, unsigned int element) {
    if (drop.threshold == 0) {
        return 1;
    }
    return (int) (dropoutHash(drop.keys[sample], element) >> 8) >= drop.threshold ? drop.factor : 0;
}

/** The same for a value that is counted through all samples. */
__device__ float factorAt(Drop drop, unsigned int index) {
    if (drop.threshold == 0) {
        return 1;
    }
    unsigned int sample = index / (unsigned int) drop.sampleSize;
    return factorOf(drop, sample, index - sample * (unsigned int) drop.sampleSize);
}
