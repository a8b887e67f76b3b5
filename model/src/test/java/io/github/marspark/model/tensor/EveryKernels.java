package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Emulation;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;

/** One of each kind of kernels in float32; those of a GPU where they can be tested. */
public final class EveryKernels {
    private EveryKernels() {}

    /** The processor's on one thread and on two, ND4J's, and a GPU's. */
    public static Stream<Kernels> stream() {
        return Stream.concat(
                Stream.of(
                        new CpuKernels(new Threads(1)),
                        new CpuKernels(new Threads(2)),
                        new Nd4jKernels(DataType.FLOAT)),
                Emulation.isThere() ? Stream.of(ofGpu()) : Stream.empty());
    }

    /** Those of a GPU; skips the calling test where they cannot be tested. */
    public static CudaKernels ofGpu() {
        return new CudaKernels(Emulation.open(), new Threads(1));
    }
}
