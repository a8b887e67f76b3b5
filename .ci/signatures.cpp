// Does each parameter of NVIDIA's header have the size that Driver.java gives it? Java's long has 8 bytes, its int 4.
#include <cuda.h>
#include <type_traits>

typedef long J;
typedef int I;

template <class R, class... A, class... B>
constexpr bool fits(R (*)(A...), void (*)(B...)) {
    if constexpr (sizeof...(A) == sizeof...(B)) {
        return sizeof(R) == 4 && ((sizeof(A) == sizeof(B)) && ...);
    }
    return false;
}

#define FITS(function, ...) static_assert(fits(function, (void (*)(__VA_ARGS__)) 0), #function)

FITS(cuInit, I);
FITS(cuDriverGetVersion, J);
FITS(cuDeviceGetCount, J);
FITS(cuDeviceGet, J, I);
FITS(cuDeviceGetName, J, I, I);
FITS(cuDeviceGetAttribute, J, I, I);
FITS(cuDevicePrimaryCtxRetain, J, I);
FITS(cuCtxSetCurrent, J);
FITS(cuStreamCreate, J, I);
FITS(cuStreamSynchronize, J);
FITS(cuStreamDestroy_v2, J);
FITS(cuMemGetInfo_v2, J, J);
FITS(cuMemAlloc_v2, J, J);
FITS(cuMemFree_v2, J);
FITS(cuMemHostAlloc, J, J, I);
FITS(cuMemFreeHost, J);
FITS(cuMemHostRegister_v2, J, J, I);
FITS(cuMemHostUnregister, J);
FITS(cuMemcpyHtoDAsync_v2, J, J, J, J);
FITS(cuMemcpyDtoHAsync_v2, J, J, J, J);
FITS(cuModuleLoadData, J, J);
FITS(cuModuleGetFunction, J, J, J);
FITS(cuLaunchKernel, J, I, I, I, I, I, I, I, J, J, J);
FITS(cuGetErrorName, I, J);
static_assert(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR == 75);
static_assert(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR == 76);
static_assert(CU_STREAM_NON_BLOCKING == 1 && CUDA_ERROR_OUT_OF_MEMORY == 2);
