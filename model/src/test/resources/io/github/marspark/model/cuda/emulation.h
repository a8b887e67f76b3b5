// Lets g++ compile CUDA kernels: every thread of a block is a fiber that waits at barriers and shuffles for the others.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#define __global__
#define __device__ static
#define __shared__ static thread_local

using std::max;
using std::min;

struct Index {
    unsigned int x, y, z;
};

extern thread_local Index threadIdx, blockIdx, blockDim, gridDim;

/** Threads of a block must meet at the same line. */
void waitForBlock(int line);

#define __syncthreads() waitForBlock(__LINE__)

inline void __threadfence() {}

inline unsigned int atomicAdd(unsigned int *place, unsigned int value) {
    unsigned int before = *place;
    *place += value;
    return before;
}

/** Gives a word to another lane of the warp and returns that lane's. */
std::uint32_t exchangeWithLane(std::uint32_t word, int lanes);

inline float __shfl_xor_sync(unsigned int, float value, int lanes) {
    std::uint32_t word;
    std::memcpy(&word, &value, sizeof word);
    word = exchangeWithLane(word, lanes);
    std::memcpy(&value, &word, sizeof value);
    return value;
}

/** Both words of the number, one after the other. */
inline double __shfl_xor_sync(unsigned int, double value, int lanes) {
    std::uint32_t words[2];
    std::memcpy(words, &value, sizeof value);
    words[0] = exchangeWithLane(words[0], lanes);
    words[1] = exchangeWithLane(words[1], lanes);
    std::memcpy(&value, words, sizeof value);
    return value;
}
