package io.github.marspark.model.tensor;

import org.nd4j.linalg.api.buffer.DataType;

/** The kernels of ND4J's operations in float32. */
class Nd4jKernelsTest extends KernelsContract {
    @Override
    Kernels kernels(int threads) {
        return new Nd4jKernels(DataType.FLOAT);
    }
}
