package io.github.marspark.jobs.runtime;

import io.github.marspark.model.cuda.Gpu;
import io.github.marspark.model.random.Draws;
import io.github.marspark.model.tensor.CudaKernels;
import io.github.marspark.model.tensor.Kernels;
import io.github.marspark.model.tensor.Kernels.Operand;
import io.github.marspark.model.tensor.Matrix;
import io.github.marspark.model.tensor.Threads;

/** What a process computes on, in words, and whether it multiplies two matrices as float64 does; runs on executors. */
public final class DeviceReport {
    private static final int ROWS = 65;
    private static final int INNER = 96;
    private static final int COLUMNS = 47;
    /** A sum of so many products of float32, each rounded, its terms below 25 in magnitude. */
    private static final double LIMIT = 2 * INNER * INNER * 25 * 0x1p-24;

    private DeviceReport() {}

    /** The device of the calling task and what it can do, or why there is none. */
    public static String ofThisTask() {
        Device device;
        try {
            device = Device.choose(new Threads(1));
        } catch (IllegalStateException unusable) {
            return "CANNOT COMPUTE: " + unusable.getMessage();
        }
        return "%s%s, %s"
                .formatted(
                        device.description(),
                        device.kernels() instanceof CudaKernels kernels ? ": " + details(kernels.gpu()) : "",
                        multiplies(device.kernels()) ? "multiplies" : "MULTIPLIES WRONGLY");
    }

    private static String details(Gpu gpu) {
        long[] memory = gpu.memory();
        Gpu.Versions versions = gpu.libraryVersions();
        return "compute capability %d.%d, %.1f of %.1f GB free, driver for CUDA %s, NVRTC %s, cuBLAS %d"
                .formatted(
                        gpu.capability() / 10,
                        gpu.capability() % 10,
                        memory[0] / 1e9,
                        memory[1] / 1e9,
                        version(versions.driver()),
                        version(versions.compiler()),
                        versions.products());
    }

    private static String version(int number) {
        return "%d.%d".formatted(number / 1000, number % 1000 / 10);
    }

    private static boolean multiplies(Kernels kernels) {
        float[] a = new Draws(1).noise(0, 0, ROWS * INNER);
        float[] b = new Draws(1).noise(0, 1, INNER * COLUMNS);
        Matrix product = kernels.allocate(ROWS, COLUMNS);
        kernels.multiply(
                kernels.allocate(a, ROWS), Operand.PLAIN, kernels.allocate(b, INNER), Operand.PLAIN, product, 0);
        float[] found = product.toFloats();
        for (int i = 0; i < found.length; i++) {
            double exact = 0;
            for (int k = 0; k < INNER; k++) {
                exact += (double) a[i / COLUMNS * INNER + k] * b[k * COLUMNS + i % COLUMNS];
            }
            if (!(Math.abs(found[i] - exact) <= LIMIT)) {
                return false;
            }
        }
        return true;
    }
}
