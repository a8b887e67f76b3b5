package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.GroupNorm.Activation;

/** Layer and group normalisation on a GPU. */
final class CudaNorms {
    private final CudaOperations operations;

    CudaNorms(CudaOperations operations) {
        this.operations = operations;
    }

    void layerNorm(Matrix x, Matrix weight, Matrix bias, float epsilon, Matrix moments, Matrix y) {
        layerNorm(x, operations.address(weight), operations.address(bias), epsilon, moments, y);
    }

    void normalize(Matrix x, float epsilon, Matrix moments, Matrix y) {
        layerNorm(x, 0, 0, epsilon, moments, y);
    }

    private void layerNorm(Matrix x, long weight, long bias, float epsilon, Matrix moments, Matrix y) {
        operations
                .launch("layerNorm", x)
                .address(weight)
                .address(bias)
                .real(epsilon)
                .view(operations.address(moments), moments.stride())
                .view(operations.address(y), y.stride())
                .integers(x.rows(), x.columns())
                .overRows(x.rows());
    }

    void layerNormBackward(Matrix x, Matrix weight, Matrix moments, Matrix dy, Matrix dx, float beta) {
        operations
                .launch("layerNormBackward", x)
                .address(operations.address(weight))
                .view(operations.address(moments), moments.stride())
                .view(operations.address(dy), dy.stride())
                .view(operations.address(dx), dx.stride())
                .real(beta)
                .integers(x.rows(), x.columns())
                .overRows(x.rows());
    }

    void parameterGradients(Matrix x, Matrix moments, Matrix dy, Matrix dWeight, Matrix dBias, float beta) {
        operations.sum(
                "normSums",
                launch -> {
                    operations.view(launch, x);
                    operations.view(launch, moments);
                    operations.view(launch, dy);
                },
                new int[] {x.rows(), x.columns()},
                beta,
                dWeight,
                dBias);
    }

    void normalizeBackward(Matrix y, Matrix moments, Matrix dy, Matrix dx, float beta) {
        operations
                .launch("normalizeBackward", y, moments, dy, dx)
                .real(beta)
                .integers(y.rows(), y.columns())
                .overRows(y.rows());
    }

    // ---- groups

    private static int silu(GroupNorm norm) {
        return norm.activation() == Activation.SILU ? 1 : 0;
    }

    void groupNorm(Matrix x, GroupNorm norm, Matrix weight, Matrix bias, Matrix moments, Matrix y) {
        operations
                .launch("groupNorm", x)
                .address(operations.address(weight))
                .address(operations.address(bias))
                .real(GroupNorm.EPSILON)
                .integers(silu(norm))
                .view(operations.address(moments), moments.stride())
                .view(operations.address(y), y.stride())
                .integers(x.rows() / norm.batch(), x.columns())
                .overBlocks(norm.groups(), norm.batch());
    }

    void groupNormBackward(
            Matrix x, GroupNorm norm, Matrix weight, Matrix bias, Matrix moments, Matrix dy, Matrix dx, float beta) {
        operations
                .launch("groupNormBackward", x)
                .address(operations.address(weight))
                .address(operations.address(bias))
                .integers(silu(norm))
                .view(operations.address(moments), moments.stride())
                .view(operations.address(dy), dy.stride())
                .view(operations.address(dx), dx.stride())
                .real(beta)
                .integers(x.rows() / norm.batch(), x.columns())
                .overBlocks(norm.groups(), norm.batch());
    }

    void groupParameterGradients(
            Matrix x,
            GroupNorm norm,
            Matrix weight,
            Matrix bias,
            Matrix moments,
            Matrix dy,
            Matrix dWeight,
            Matrix dBias,
            float beta) {
        operations.sum(
                "groupNormSums",
                launch -> {
                    operations.view(launch, x);
                    launch.address(operations.address(weight))
                            .address(operations.address(bias))
                            .integers(silu(norm));
                    operations.view(launch, moments);
                    operations.view(launch, dy);
                },
                new int[] {x.rows(), x.columns(), x.rows() / norm.batch(), norm.groups()},
                beta,
                dWeight,
                dBias);
    }
}
