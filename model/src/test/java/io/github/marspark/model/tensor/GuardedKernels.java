package io.github.marspark.model.tensor;

import io.github.marspark.model.cuda.Gpu;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels of a GPU for matrices of host memory: each operation gets copies in pieces of the GPU's memory that end with the
 * matrix, and what it changed is copied back.
 */
final class GuardedKernels implements InvocationHandler {
    private final CudaKernels kernels;
    private final Gpu gpu;

    private GuardedKernels(CudaKernels kernels) {
        this.kernels = kernels;
        this.gpu = kernels.gpu();
    }

    static Kernels of(CudaKernels kernels) {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, new GuardedKernels(kernels));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getName().startsWith("allocate") && method.getReturnType() == Matrix.class) {
            return allocate(method, Objects.requireNonNull(arguments));
        }
        if (method.getName().equals("release")) {
            return null;
        }
        IdentityHashMap<Matrix, DeviceStorage> copies = new IdentityHashMap<>();
        @Nullable Object[] given = arguments == null ? new Object[0] : arguments;
        @Nullable Object[] own = given.clone();
        for (int i = 0; i < own.length; i++) {
            own[i] = own[i] instanceof Matrix matrix ? copy(matrix, copies) : own[i];
        }
        try {
            Object result = method.invoke(kernels, own);
            for (int i = 0; i < own.length; i++) {
                if (own[i] instanceof Matrix changed) {
                    ((Matrix) Objects.requireNonNull(given[i])).assign(changed.toFloats());
                }
            }
            return result;
        } catch (InvocationTargetException e) {
            throw Objects.requireNonNull(e.getCause());
        } finally {
            copies.values().forEach(copy -> gpu.free(copy.address()));
        }
    }

    private Matrix allocate(Method method, @Nullable Object[] arguments) throws ReflectiveOperationException {
        Matrix taken = (Matrix) Objects.requireNonNull(method.invoke(kernels, arguments));
        kernels.release(taken);
        return Matrix.of(Nd4j.create(DataType.FLOAT, taken.rows(), taken.columns()), taken.rows());
    }

    private Matrix copy(Matrix matrix, IdentityHashMap<Matrix, DeviceStorage> copies) {
        long length = (matrix.rows() - 1) * matrix.stride() + matrix.columns();
        DeviceStorage storage = copies.computeIfAbsent(matrix, key -> DeviceStorage.allocate(gpu, length));
        Matrix copy = new Matrix(storage, 0, matrix.rows(), matrix.columns(), matrix.stride());
        copy.assign(matrix.toFloats());
        return copy;
    }
}
