package io.github.marspark.model.tensor;

import io.github.marspark.model.fixtures.RoundingLimit;
import org.nd4j.linalg.api.buffer.DataType;

/** The kernels of ND4J's operations in float64, with which gradients are checked: two plain statements of one thing. */
class Nd4jKernelsInFloat64Test extends KernelsContract {
    @Override
    Kernels kernels(int threads) {
        return new Nd4jKernels(type());
    }

    @Override
    DataType type() {
        return DataType.DOUBLE;
    }

    /** The exact results are float64 themselves. */
    @Override
    double precision() {
        return 2 * RoundingLimit.FLOAT64 / RoundingLimit.FLOAT32;
    }
}
