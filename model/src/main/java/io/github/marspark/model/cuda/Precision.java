package io.github.marspark.model.cuda;

/**
 * How a GPU multiplies matrices. Values lie in memory as float32 and sums of products are float32 always, as is everything
 * that is no product.
 */
public enum Precision {
    /** Factors of float32, 24 bits. */
    FLOAT32(68),
    /** Factors rounded to 11 bits on the way into the tensor cores; from compute capability 8.0 on. */
    TF32(77),
    /** Factors rounded to bfloat16, 8 bits, on the way into the tensor cores; from compute capability 8.0 on. */
    BFLOAT16(75);

    /** cublasComputeType_t. */
    private final int computeType;

    Precision(int computeType) {
        this.computeType = computeType;
    }

    int computeType() {
        return computeType;
    }
}
