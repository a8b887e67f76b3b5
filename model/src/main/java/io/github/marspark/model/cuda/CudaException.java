package io.github.marspark.model.cuda;

/** A GPU, or a library that it needs, cannot do what it was asked; the message says which, and what helps. */
public final class CudaException extends IllegalStateException {
    CudaException(String message) {
        super(message);
    }
}
