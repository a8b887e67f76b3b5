package io.github.marspark.data.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A weight file that cannot be read or written; the message is a sentence with its path, what was found, what to do. */
public final class WeightFileException extends UncheckedIOException {

    WeightFileException(Path file, String problem) {
        this(file, problem, new IOException(problem));
    }

    WeightFileException(Path file, String problem, IOException cause) {
        super(file + ": " + problem, cause);
    }

    /** A failure of the operating system while reading or opening. */
    static WeightFileException reading(Path file, IOException cause) {
        return new WeightFileException(file, "could not be read: " + reason(cause), cause);
    }

    /** A failure of the operating system while writing. */
    static WeightFileException writing(Path file, IOException cause) {
        return new WeightFileException(file, "could not be written: " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof NoSuchFileException missing) {
            return "there is no " + missing.getFile() + "; check the path";
        }
        if (cause instanceof AccessDeniedException denied) {
            return "no permission for " + denied.getFile() + "; check its owner and mode";
        }
        return cause.getMessage() == null ? "it ends early" : cause.getMessage();
    }
}
