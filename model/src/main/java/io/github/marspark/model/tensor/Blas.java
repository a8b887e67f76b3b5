package io.github.marspark.model.tensor;

import io.github.marspark.model.tensor.Kernels.Operand;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The library that multiplies float32 matrices in host memory, each product on the calling thread alone.
 *
 * <p>oneDNN, which compiles its kernels for the processor it meets, is the faster one, most of all for small products. It
 * has no other way to be told a number of threads than the environment variable {@code OMP_NUM_THREADS}: where that is
 * not 1, OpenBLAS multiplies. The system property {@value #PROPERTY}, {@code onednn} or {@code openblas}, chooses
 * otherwise.
 */
public enum Blas {
    /** The library of Intel and others, of which only the product is used. */
    ONE_DNN,
    /** The library of ND4J's processor back end. */
    OPEN_BLAS;

    private static final String PROPERTY = "mar.products";

    private static volatile @Nullable Blas chosen;

    /**
     * The library that this process uses.
     *
     * @throws IllegalArgumentException if the property names neither library
     */
    public static Blas ofThisProcess() {
        Blas library = chosen;
        return library == null ? choose() : library;
    }

    private static synchronized Blas choose() {
        Blas library = of(System.getProperty(PROPERTY), System.getenv("OMP_NUM_THREADS"));
        if (library == OPEN_BLAS) {
            Nd4j.factory().blas(); // tells OpenBLAS to use all processors, once
            openblas.blas_set_num_threads(1);
        }
        chosen = library;
        return library;
    }

    /**
     * The library that settings choose.
     *
     * @param products value of {@value #PROPERTY}, null where it is not set
     * @param ompThreads value of {@code OMP_NUM_THREADS}, null where it is not set
     * @throws IllegalArgumentException if the property names neither library
     */
    static Blas of(@Nullable String products, @Nullable String ompThreads) {
        if (products == null) {
            return "1".equals(ompThreads) ? ONE_DNN : OPEN_BLAS;
        }
        return switch (products) {
            case "onednn" -> ONE_DNN;
            case "openblas" -> OPEN_BLAS;
            default ->
                throw new IllegalArgumentException(
                        "the system property " + PROPERTY + " is " + products + ", must be onednn or openblas");
        };
    }

    /** Name and version of the library. */
    public String version() {
        Class<?> library = this == ONE_DNN ? dnnl.class : openblas.class;
        return (this == ONE_DNN ? "oneDNN " : "OpenBLAS ")
                + library.getPackage().getImplementationVersion();
    }

    /**
     * {@code c = alpha a b + beta c}, each matrix with the distance between its rows.
     *
     * @param rows of c
     * @param columns of c
     * @param inner columns of a, as it is read
     */
    void multiply(
            FloatPointer a,
            long strideA,
            Operand readA,
            FloatPointer b,
            long strideB,
            Operand readB,
            FloatPointer c,
            long strideC,
            int rows,
            int columns,
            int inner,
            float alpha,
            float beta) {
        boolean turnsA = readA == Operand.TRANSPOSED;
        boolean turnsB = readB == Operand.TRANSPOSED;
        if (this == ONE_DNN) {
            byte letterA = (byte) (turnsA ? 'T' : 'N');
            byte letterB = (byte) (turnsB ? 'T' : 'N');
            int status = dnnl.dnnl_sgemm(
                    letterA, letterB, rows, columns, inner, alpha, a, strideA, b, strideB, beta, c, strideC);
            if (status != dnnl.dnnl_success) {
                throw new IllegalStateException(
                        "oneDNN refuses a product %s x %s x %s with status %s".formatted(rows, inner, columns, status));
            }
            return;
        }
        int orderA = turnsA ? openblas.CblasTrans : openblas.CblasNoTrans;
        int orderB = turnsB ? openblas.CblasTrans : openblas.CblasNoTrans;
        openblas.cblas_sgemm(
                openblas.CblasRowMajor,
                orderA,
                orderB,
                rows,
                columns,
                inner,
                alpha,
                a,
                (int) strideA,
                b,
                (int) strideB,
                beta,
                c,
                (int) strideC);
    }
}
