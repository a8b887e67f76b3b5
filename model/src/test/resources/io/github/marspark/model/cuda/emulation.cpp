// A stand-in for libcuda, libnvrtc and libcublas in host memory: the same C functions, so that tests without a GPU run
// every line of the Java side too. What is asked for is done as late as the interface allows, when somebody waits for it;
// new memory holds NaN and ends where no page follows; a block whose threads wait at different barriers ends the process
// with a message. Build: g++ -O2 -std=c++17 -ffp-contract=off -shared -fPIC; kernels.cu and entries.h are made by the
// tests.
#include "block.h"
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <tuple>
#include <unistd.h>
#include <utility>
#include "kernels.cu"

thread_local Index threadIdx, blockIdx, blockDim, gridDim;

namespace {

thread_local Block block;

/** From the arguments' places to the kernel with copies of their values. */
using Kernel = std::function<void()> (*)(void **);

template <class... A, std::size_t... I>
std::function<void()> bound(void (*kernel)(A...), void **parameters, std::index_sequence<I...>) {
    std::tuple<A...> values(*static_cast<A *>(parameters[I])...);
    return [kernel, values] { std::apply(kernel, values); };
}

template <class... A>
std::function<void()> bound(void (*kernel)(A...), void **parameters) {
    return bound(kernel, parameters, std::index_sequence_for<A...>());
}

#define ENTRY(name) {#name, [](void **parameters) { return bound(&name, parameters); }},
const std::map<std::string, Kernel> KERNELS = {
#include "entries.h"
};

using Work = std::function<void()>;

std::recursive_mutex mutex;
std::map<void *, std::deque<Work>> streams;
std::map<void *, std::size_t> lengths;
std::size_t taken = 0;
bool reversed = false;
bool pretending = false;
int failing = 0;
char nothing;

void *freshHandle() {
    static std::uintptr_t last = 0;
    return reinterpret_cast<void *>(++last);
}

void later(void *stream, Work work) {
    if (pretending) {
        return;
    }
    std::lock_guard<std::recursive_mutex> lock(mutex);
    streams[stream].push_back(std::move(work));
}

void finish(void *stream) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    std::deque<Work> &works = streams[stream];
    while (!works.empty()) {
        Work work = std::move(works.front());
        works.pop_front();
        work();
    }
}

constexpr int DEVICES = 8;
constexpr std::size_t MEMORY = std::size_t(8) << 30;

/** How a compute type sees a factor: so many bits of its mantissa, rounded to nearest. */
float rounded(float value, int computeType) {
    int dropped = computeType == 77 ? 13 : computeType == 75 ? 16 : 0;
    if (dropped == 0) {
        return value;
    }
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    bits += (1u << (dropped - 1)) - 1 + (bits >> dropped & 1);
    bits &= ~((1u << dropped) - 1);
    std::memcpy(&value, &bits, sizeof bits);
    return value;
}

struct Product {
    int opA, opB, m, n, k, lda, ldb, ldc, computeType;
    float alpha, beta;

    /** What cuBLAS refuses. */
    bool isRefused() const {
        return lda < (opA ? k : m) || ldb < (opB ? n : k) || ldc < m || m < 1 || n < 1 || k < 1
            || (computeType != 68 && computeType != 77 && computeType != 75);
    }

    void run(const float *a, const float *b, float *c) const {
        for (int column = 0; column < n; column++) {
            for (int row = 0; row < m; row++) {
                double sum = 0;
                for (int j = 0; j < k; j++) {
                    float left = a[opA ? (long) row * lda + j : (long) j * lda + row];
                    float right = b[opB ? (long) j * ldb + column : (long) column * ldb + j];
                    sum += (double) rounded(left, computeType) * rounded(right, computeType);
                }
                float *out = c + (long) column * ldc + row;
                *out = static_cast<float>(alpha * sum + (beta == 0 ? 0 : beta * *out));
            }
        }
    }
};

std::map<void *, void *> streamOf;

} // namespace

void Block::enter() {
    Fiber *own = block.current;
    while (block.next < block.threads) {
        own->thread = block.next++;
        own->shuffles = 0;
        threadIdx = {own->thread, 0, 0};
        (*block.kernel)();
        if (own->thread + 1 != block.next) {
            break; // it waited, and others have started since
        }
    }
    own->state = State::DONE;
}

void waitForBlock(int line) {
    block.current->line = line;
    block.wait(State::AT_BLOCK);
}

std::uint32_t exchangeWithLane(std::uint32_t word, int lanes) {
    Fiber *own = block.current;
    int slot = own->shuffles++ % 2; // the one before may still be read
    own->word[slot] = word;
    unsigned int other = own->thread ^ lanes;
    block.wait(State::AT_WARP);
    return block.fibers[other]->word[slot];
}

// ---- the functions that Java binds; 0 is success everywhere

extern "C" {

int cuInit(unsigned int) { return 0; }
int cuDriverGetVersion(int *version) { return *version = 13000, 0; }
int cuDeviceGetCount(int *count) { return *count = DEVICES, 0; }
int cuDeviceGet(int *device, int ordinal) { return *device = ordinal, ordinal < 0 || ordinal >= DEVICES ? 101 : 0; }
int cuDeviceGetName(char *name, int length, int) { return std::snprintf(name, length, "emulation"), 0; }
int cuDeviceGetAttribute(int *value, int attribute, int) { return *value = attribute == 75 ? 9 : 0, 0; }
int cuDevicePrimaryCtxRetain(void **context, int) { return *context = &nothing, 0; }
int cuCtxSetCurrent(void *) { return 0; }
int cuStreamCreate(void **stream, unsigned int) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    return *stream = freshHandle(), 0;
}

int cuStreamSynchronize(void *stream) {
    finish(stream);
    return failing;
}

int cuStreamDestroy_v2(void *stream) { return finish(stream), 0; }
int cuGetErrorName(int error, const char **name) {
    return *name = error == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS" : error == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : nullptr, 0;
}
int cuMemGetInfo_v2(std::size_t *free, std::size_t *total) { return *free = MEMORY - taken, *total = MEMORY, 0; }

/** Ends where no page follows, so that a kernel that runs over the end stops there and is named by the JVM's report. */
int cuMemAlloc_v2(void **memory, std::size_t bytes) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    std::size_t page = sysconf(_SC_PAGESIZE), used = (bytes + 3) / 4 * 4, whole = (used + page - 1) / page * page;
    if (taken + whole > MEMORY && !pretending) {
        return 2; // CUDA_ERROR_OUT_OF_MEMORY
    }
    char *start = static_cast<char *>(
        mmap(nullptr, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (start == MAP_FAILED || mprotect(start + whole, page, PROT_NONE) != 0) {
        return 2;
    }
    *memory = start + whole - used;
    lengths[*memory] = whole;
    taken += whole;
    if (used < std::size_t(1) << 26 && !pretending) {
        std::memset(*memory, 0xFF, used);
    }
    return 0;
}

int cuMemFree_v2(void *memory) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    for (auto &stream : streams) {
        finish(stream.first);
    }
    std::size_t page = sysconf(_SC_PAGESIZE), whole = lengths[memory];
    lengths.erase(memory);
    taken -= whole;
    return munmap(reinterpret_cast<void *>(reinterpret_cast<std::size_t>(memory) / page * page), whole + page);
}

int cuMemHostAlloc(void **memory, std::size_t bytes, unsigned int) { return *memory = std::malloc(bytes), 0; }
int cuMemFreeHost(void *memory) { return std::free(memory), 0; }

int cuMemHostRegister_v2(void *, std::size_t, unsigned int) { return 0; }
int cuMemHostUnregister(void *) { return 0; }

int cuMemcpyHtoDAsync_v2(void *to, const void *from, std::size_t n, void *stream) {
    return later(stream, [=] { std::memcpy(to, from, n); }), 0;
}
int cuMemcpyDtoHAsync_v2(void *to, const void *from, std::size_t n, void *stream) {
    return later(stream, [=] { std::memcpy(to, from, n); }), 0;
}

int cuModuleLoadData(void **module, const void *) { return *module = &nothing, 0; }

int cuModuleGetFunction(void **function, void *, const char *name) {
    auto found = KERNELS.find(name);
    if (found == KERNELS.end()) {
        return 500; // CUDA_ERROR_NOT_FOUND
    }
    *function = reinterpret_cast<void *>(found->second);
    return 0;
}

int cuLaunchKernel(void *function, unsigned int gridX, unsigned int gridY, unsigned int gridZ, unsigned int blockX,
                   unsigned int blockY, unsigned int blockZ, unsigned int, void *stream, void **parameters, void **) {
    if (gridX < 1 || gridY < 1 || gridZ < 1 || gridX > 0x7FFFFFFF || gridY > 65535 || blockX * blockY * blockZ > 1024) {
        return 1; // CUDA_ERROR_INVALID_VALUE
    }
    std::function<void()> kernel = reinterpret_cast<Kernel>(function)(parameters);
    later(stream, [=] {
        gridDim = {gridX, gridY, gridZ};
        blockDim = {blockX, 1, 1};
        block.kernel = &kernel;
        block.threads = blockX;
        for (unsigned int i = 0; i < gridX * gridY * gridZ; i++) {
            unsigned int at = reversed ? gridX * gridY * gridZ - 1 - i : i;
            blockIdx = {at % gridX, at / gridX % gridY, at / gridX / gridY};
            block.run();
        }
    });
    return failing;
}

/** Runs the blocks last to first: results that change depend on an order that a GPU does not keep. */
void emulationReverse(int on) { reversed = on != 0; }

/** Does nothing of what is asked from now on, and has memory without end: for counting. */
void emulationPretend(int on) { pretending = on != 0; }

/** Lets launches and waiting fail by an error from now on; 0 for none. */
void emulationFail(int error) { failing = error; }

int nvrtcVersion(int *major, int *minor) { return *major = 13, *minor = 0, 0; }
int nvrtcCreateProgram(void **program, const char *, const char *, int, const char **, const char **) {
    return *program = &nothing, 0;
}
int nvrtcCompileProgram(void *, int, const char **) { return 0; }
int nvrtcGetProgramLogSize(void *, std::size_t *size) { return *size = 1, 0; }
int nvrtcGetProgramLog(void *, char *log) { return *log = 0, 0; }
int nvrtcGetCUBINSize(void *, std::size_t *size) { return *size = 1, 0; }
int nvrtcGetCUBIN(void *, char *code) { return *code = 0, 0; }
int nvrtcDestroyProgram(void **) { return 0; }

int cublasCreate_v2(void **handle) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    return *handle = freshHandle(), 0;
}
int cublasDestroy_v2(void *) { return 0; }
int cublasGetVersion_v2(void *, int *version) { return *version = 130002, 0; }
int cublasSetStream_v2(void *handle, void *stream) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    return streamOf[handle] = stream, 0;
}
int cublasSetWorkspace_v2(void *, void *, std::size_t) { return 0; }

int cublasGemmBatchedEx(void *handle, int opA, int opB, int m, int n, int k, const float *alpha,
                        const float *const *a, int, int lda, const float *const *b, int, int ldb, const float *beta,
                        float *const *c, int, int ldc, int batch, int compute, int) {
    Product product{opA, opB, m, n, k, lda, ldb, ldc, compute, *alpha, *beta};
    if (product.isRefused()) {
        return 7; // CUBLAS_STATUS_INVALID_VALUE
    }
    later(streamOf[handle], [=] {
        for (int i = 0; i < batch; i++) {
            product.run(a[i], b[i], c[i]);
        }
    });
    return 0;
}

int cublasGemmEx(void *handle, int opA, int opB, int m, int n, int k, const float *alpha, const float *a, int, int lda,
                 const float *b, int, int ldb, const float *beta, float *c, int, int ldc, int compute, int) {
    Product product{opA, opB, m, n, k, lda, ldb, ldc, compute, *alpha, *beta};
    if (product.isRefused()) {
        return 7;
    }
    return later(streamOf[handle], [=] { product.run(a, b, c); }), 0;
}

} // extern "C"
