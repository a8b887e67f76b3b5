package io.github.marspark.model.cuda;

/**
 * The functions of {@code libcublas}, which multiplies matrices that lie column after column; every function returns 0
 * for success.
 *
 * @see <a href="https://docs.nvidia.com/cuda/cublas/">cuBLAS</a>
 */
final class Cublas {
    private Cublas() {}

    static native int cublasCreate_v2(long[] handle);

    static native int cublasDestroy_v2(long handle);

    static native int cublasGetVersion_v2(long handle, int[] version);

    static native int cublasSetStream_v2(long handle, long stream);

    static native int cublasSetWorkspace_v2(long handle, long memory, long bytes);

    static native int cublasGemmEx(
            long handle,
            int opA,
            int opB,
            int m,
            int n,
            int k,
            long alpha,
            long a,
            int aType,
            int lda,
            long b,
            int bType,
            int ldb,
            long beta,
            long c,
            int cType,
            int ldc,
            int compute,
            int algorithm);

    static native int cublasGemmBatchedEx(
            long handle,
            int opA,
            int opB,
            int m,
            int n,
            int k,
            long alpha,
            long a,
            int aType,
            int lda,
            long b,
            int bType,
            int ldb,
            long beta,
            long c,
            int cType,
            int ldc,
            int batch,
            int compute,
            int algorithm);
}
