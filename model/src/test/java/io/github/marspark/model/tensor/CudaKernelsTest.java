package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Emulation;
import io.github.marspark.model.cuda.Gpu;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The kernels of a GPU, blocks first to last with one thread and last to first with more. */
class CudaKernelsTest extends KernelsContract {
    private static Gpu gpu;

    @BeforeAll
    static void open() {
        gpu = Emulation.open();
    }

    @AfterAll
    static void close() {
        if (gpu != null) {
            gpu.close();
        }
    }

    @AfterEach
    void inOrder() {
        Emulation.reverse(false);
    }

    @Override
    Kernels kernels(int threads) {
        Emulation.reverse(threads > 1);
        return GuardedKernels.of(new CudaKernels(gpu, new Threads(1)));
    }
}
