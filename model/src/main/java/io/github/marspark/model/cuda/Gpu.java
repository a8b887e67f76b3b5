package io.github.marspark.model.cuda;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A GPU of this machine with the kernels of this program: memory, launches and products, one after another on a stream of
 * its own. Addresses are bytes in the GPU's memory. Used by one thread at a time.
 */
public final class Gpu implements AutoCloseable {
    /** The system property that makes every launch wait for its end, so that an error names the kernel that made it. */
    public static final String SYNCHRONOUS = "mar.cuda.synchronous";

    private static final int MAJOR = 75; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
    private static final int MINOR = 76;
    private static final int OWN_STREAM = 1; // CU_STREAM_NON_BLOCKING
    private static final int FLOAT = 0; // CUDA_R_32F
    private static final int ANY_ALGORITHM = -1; // CUBLAS_GEMM_DEFAULT
    private static final long WORKSPACE_BYTES = 32L << 20; // with a fixed one cuBLAS repeats itself

    private final int ordinal;
    private final String name;
    private final int capability;
    private final Versions versions;
    private final long context;
    private final long stream;
    private final long module;
    private final long blas;
    private final long workspace;
    private final Precision precision;
    private final boolean synchronous = Boolean.getBoolean(SYNCHRONOUS);
    private final Map<String, Long> functions = new HashMap<>();
    private final Launch launch = new Launch(this);
    private final ByteBuffer oneAndZero =
            ByteBuffer.allocateDirect(2 * Float.BYTES).order(ByteOrder.nativeOrder());
    private final Staging staging;
    private final GpuCounts counters = new GpuCounts();
    private @Nullable Thread user;
    private boolean closed;

    /**
     * Versions of what was found, such as 13000 for 13.0.
     *
     * @param driver the latest CUDA that the driver knows
     * @param compiler NVRTC
     * @param products cuBLAS, such as 130002
     */
    public record Versions(int driver, int compiler, int products) {}

    /**
     * Opens a GPU and compiles the kernels for it.
     *
     * @param ordinal its number among those that the process sees, from 0
     * @throws CudaException if it, the driver, NVRTC or cuBLAS is missing or too old
     */
    public static Gpu open(CudaLibraries libraries, int ordinal, Precision precision) {
        libraries.load();
        int count = count(libraries);
        if (ordinal < 0 || ordinal >= count) {
            throw new CudaException(
                    "GPU %d is asked for, and the driver shows %d, numbered from 0; CUDA_VISIBLE_DEVICES hides some"
                            .formatted(ordinal, count));
        }
        return new Gpu(ordinal, precision);
    }

    /**
     * How many GPUs the driver shows.
     *
     * @throws CudaException if there is no driver, or it cannot start
     */
    public static int count(CudaLibraries libraries) {
        libraries.loadDriver();
        check("cuInit", Driver.cuInit(0));
        int[] count = {0};
        check("cuDeviceGetCount", Driver.cuDeviceGetCount(count));
        return count[0];
    }

    private Gpu(int ordinal, Precision precision) {
        this.ordinal = ordinal;
        this.precision = precision;
        int[] number = {0};
        check("cuDeviceGet", Driver.cuDeviceGet(number, ordinal));
        int device = number[0];
        byte[] text = new byte[256];
        check("cuDeviceGetName", Driver.cuDeviceGetName(text, text.length, device));
        this.name = Native.toString(text);
        this.capability = 10 * attribute(MAJOR, device) + attribute(MINOR, device);
        requireCapability();
        long[] handle = {0};
        check("cuDevicePrimaryCtxRetain", Driver.cuDevicePrimaryCtxRetain(handle, device));
        this.context = handle[0];
        enter();
        check("cuStreamCreate", Driver.cuStreamCreate(handle, OWN_STREAM));
        this.stream = handle[0];
        checkProduct("cublasCreate", Cublas.cublasCreate_v2(handle));
        this.blas = handle[0];
        this.versions = versions();
        requireVersions();
        check("cuModuleLoadData", Driver.cuModuleLoadData(handle, CudaSource.code(capability)));
        this.module = handle[0];
        checkProduct("cublasSetStream", Cublas.cublasSetStream_v2(blas, stream));
        this.workspace = allocate(WORKSPACE_BYTES);
        checkProduct("cublasSetWorkspace", Cublas.cublasSetWorkspace_v2(blas, workspace, WORKSPACE_BYTES));
        oneAndZero.putFloat(0, 1).putFloat(Float.BYTES, 0);
        this.staging = new Staging(this);
    }

    private static int attribute(int which, int device) {
        int[] value = {0};
        check("cuDeviceGetAttribute", Driver.cuDeviceGetAttribute(value, which, device));
        return value[0];
    }

    private void requireCapability() {
        if (precision != Precision.FLOAT32 && capability < 80) {
            throw new CudaException("%s has compute capability %d.%d, and products in %s need 8.0; choose float32"
                    .formatted(this, capability / 10, capability % 10, precision));
        }
    }

    private Versions versions() {
        int[] driver = {0};
        check("cuDriverGetVersion", Driver.cuDriverGetVersion(driver));
        int[] products = {0};
        checkProduct("cublasGetVersion", Cublas.cublasGetVersion_v2(blas, products));
        return new Versions(driver[0], CudaSource.version(), products[0]);
    }

    private void requireVersions() {
        if (versions.compiler / 1000 > versions.driver / 1000) {
            throw new CudaException(
                    "NVRTC is of CUDA %d and the driver knows CUDA %d.%d at most; take an older CUDA or a newer driver"
                            .formatted(versions.compiler / 1000, versions.driver / 1000, versions.driver % 1000 / 10));
        }
    }

    // ---- what it is

    /** The versions of the libraries. */
    public Versions libraryVersions() {
        return versions;
    }

    /** Compute capability, such as 90 for 9.0. */
    public int capability() {
        return capability;
    }

    /** How products are computed. */
    public Precision precision() {
        return precision;
    }

    /** What it was asked to do so far. */
    public GpuCounts counters() {
        return counters;
    }

    /** Bytes of its memory that are free, and all. */
    public long[] memory() {
        long[] free = {0};
        long[] total = {0};
        enter();
        check("cuMemGetInfo", Driver.cuMemGetInfo_v2(free, total));
        return new long[] {free[0], total[0]};
    }

    @Override
    public String toString() {
        return "GPU " + ordinal + " (" + name + ")";
    }

    // ---- memory

    /**
     * Takes memory, whose values are arbitrary.
     *
     * @throws CudaException if there is not enough
     */
    public long allocate(long bytes) {
        long[] memory = {0};
        enter();
        int error = Driver.cuMemAlloc_v2(memory, bytes);
        if (error == 2) {
            long[] there = memory();
            throw new CudaException(
                    "%s has no %,d bytes more: %,d of %,d are free; lower the images computed at once, train.microBatch in training"
                            .formatted(this, bytes, there[0], there[1]));
        }
        check("cuMemAlloc", error);
        counters.allocated(bytes);
        return memory[0];
    }

    /** Gives memory back. */
    public void free(long memory) {
        enter();
        check("cuMemFree", Driver.cuMemFree_v2(memory));
    }

    long allocatePinned(long bytes) {
        long[] memory = {0};
        enter();
        check("cuMemHostAlloc", Driver.cuMemHostAlloc(memory, bytes, 0));
        return memory[0];
    }

    void freePinned(long memory) {
        enter();
        check("cuMemFreeHost", Driver.cuMemFreeHost(memory));
    }

    /** Asks for a copy to the GPU; what pinned memory of the host holds must stay until it has waited. */
    public void upload(long host, long device, long bytes) {
        enter();
        counters.up(bytes);
        check("cuMemcpyHtoDAsync", Driver.cuMemcpyHtoDAsync_v2(device, host, bytes, stream));
    }

    /** Asks for a copy from the GPU, which is there when it has waited. */
    public void download(long device, long host, long bytes) {
        enter();
        counters.down(bytes);
        check("cuMemcpyDtoHAsync", Driver.cuMemcpyDtoHAsync_v2(host, device, bytes, stream));
    }

    /**
     * Pins memory of the host in place, which copies from and to it are fastest from, and need not wait for.
     *
     * @param memory its address, which must stay taken until it is {@linkplain #unpin unpinned}
     */
    public void pin(long memory, long bytes) {
        enter();
        check("cuMemHostRegister", Driver.cuMemHostRegister_v2(memory, bytes, 0));
    }

    /** Ends what {@link #pin} began. */
    public void unpin(long memory) {
        enter();
        check("cuMemHostUnregister", Driver.cuMemHostUnregister(memory));
    }

    /** Brings integers for the operations that follow at once; their address. */
    public long put(int[] values) {
        return staging.put(values);
    }

    /** The same for numbers of float64. */
    public long put(double[] values) {
        return staging.put(
                Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray());
    }

    /** Overwrites values of float32 at an address. */
    public void write(float[] values, int start, int count, long address) {
        staging.write(values, start, count, address);
    }

    /** Reads values of float32, after all that it was asked before. */
    public void read(long address, float[] values, int start, int count) {
        staging.read(address, values, start, count);
    }

    /** Reads values of float64, after all that it was asked before. */
    public double[] readDoubles(long address, int count) {
        return staging.readDoubles(address, count);
    }

    /** Waits for the end of all that it was asked; errors of earlier launches show here. */
    public void synchronize() {
        enter();
        checkWork("cuStreamSynchronize", Driver.cuStreamSynchronize(stream));
        staging.free();
    }

    // ---- work

    /** A launch of a kernel, to be given its arguments. */
    public Launch launch(String kernel) {
        return launch.of(kernel);
    }

    void start(String kernel, int gridX, int gridY, long parameters) {
        enter();
        counters.launched(kernel);
        checkWork(
                kernel,
                Driver.cuLaunchKernel(
                        function(kernel), gridX, gridY, 1, Launch.THREADS, 1, 1, 0, stream, parameters, 0));
        if (synchronous) {
            checkWork(kernel, Driver.cuStreamSynchronize(stream));
        }
    }

    private long function(String kernel) {
        Long known = functions.get(kernel);
        if (known == null) {
            long[] handle = {0};
            check("cuModuleGetFunction " + kernel, Driver.cuModuleGetFunction(handle, module, kernel));
            known = handle[0];
            functions.put(kernel, known);
        }
        return known;
    }

    /**
     * A factor or a result of a product: rows of float32, a stride apart.
     *
     * @param address of the first value
     * @param stride in values
     * @param turned whether its rows are read as columns
     */
    public record Operand(long address, long stride, boolean turned) {
        private int operation() {
            return turned ? 1 : 0;
        }

        private int leading() {
            return Math.toIntExact(stride);
        }
    }

    /** {@code c = a b + beta c} of {@code (rows, inner)} and {@code (inner, columns)}, beta 0 or 1. */
    public void multiply(Operand a, Operand b, Operand c, int rows, int columns, int inner, float beta) {
        enter();
        counters.multiplied();
        // what lies row after row is, column after column, its transpose: c' = b' a'
        checkProduct(
                "cublasGemmEx",
                Cublas.cublasGemmEx(
                        blas,
                        b.operation(),
                        a.operation(),
                        columns,
                        rows,
                        inner,
                        scalar(1),
                        b.address,
                        FLOAT,
                        b.leading(),
                        a.address,
                        FLOAT,
                        a.leading(),
                        scalar(beta),
                        c.address,
                        FLOAT,
                        c.leading(),
                        precision.computeType(),
                        ANY_ALGORITHM));
    }

    /**
     * The same of many matrices at once, overwriting the results.
     *
     * @param addresses of all left factors, then of all right ones, then of all results; those of the operands are not read
     */
    public void multiplyAll(long[] addresses, Operand a, Operand b, Operand c, int rows, int columns, int inner) {
        enter();
        int count = addresses.length / 3;
        long table = staging.put(addresses);
        long step = (long) count * Long.BYTES;
        counters.multiplied();
        checkProduct(
                "cublasGemmBatchedEx",
                Cublas.cublasGemmBatchedEx(
                        blas,
                        b.operation(),
                        a.operation(),
                        columns,
                        rows,
                        inner,
                        scalar(1),
                        table + step,
                        FLOAT,
                        b.leading(),
                        table,
                        FLOAT,
                        a.leading(),
                        scalar(0),
                        table + 2 * step,
                        FLOAT,
                        c.leading(),
                        count,
                        precision.computeType(),
                        ANY_ALGORITHM));
    }

    private long scalar(float value) {
        return address(oneAndZero) + (value == 0 ? Float.BYTES : 0);
    }

    // ---- errors

    /** Makes the GPU the one of the calling thread. */
    private void enter() {
        if (closed) {
            throw new IllegalStateException(this + " was closed, and is asked for more");
        }
        if (user != Thread.currentThread()) {
            check("cuCtxSetCurrent", Driver.cuCtxSetCurrent(context));
            user = Thread.currentThread();
        }
    }

    private void checkWork(String what, int error) {
        if (error != 0) {
            throw new CudaException("%s on %s: %s; an operation before may have caused it, which -D%s=true names"
                    .formatted(what, this, nameOf(error), SYNCHRONOUS));
        }
    }

    private static void check(String function, int error) {
        if (error != 0) {
            throw new CudaException(function + " fails: " + nameOf(error));
        }
    }

    private static void checkProduct(String function, int status) {
        if (status != 0) {
            throw new CudaException(function + " fails with status " + status + " of cuBLAS");
        }
    }

    private static String nameOf(int error) {
        long[] text = {0};
        Driver.cuGetErrorName(error, text);
        return text[0] == 0 ? "error " + error : new Pointer(text[0]).getString(0) + " (" + error + ")";
    }

    static long address(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    /** Gives the stream and the memory of its own back; memory of {@link #allocate} is its users'. */
    @Override
    public void close() {
        synchronize();
        staging.close();
        free(workspace);
        checkProduct("cublasDestroy", Cublas.cublasDestroy_v2(blas));
        check("cuStreamDestroy", Driver.cuStreamDestroy_v2(stream));
        closed = true;
    }
}
