package io.github.marspark.model.tensor;

/** The processor's own kernels, whichever library multiplies. */
class CpuKernelsTest extends KernelsContract {
    @Override
    Kernels kernels(int threads) {
        return new CpuKernels(new Threads(threads));
    }
}
