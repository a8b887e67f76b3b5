package io.github.marspark.jobs.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;

/** Why something cannot be written, in a sentence; of a full disk also where it is and what to do. */
public final class WriteFailure {
    private static final List<String> FULL = List.of(
            "No space left on device", "Disk quota exceeded", "QuotaExceededException", "DiskOutOfSpaceException");

    private WriteFailure() {}

    /**
     * Of a file.
     *
     * @param path that cannot be written
     * @param cause from the file system
     * @return to be thrown
     */
    public static UncheckedIOException of(Path path, Throwable cause) {
        Throwable first = cause instanceof FSError && cause.getCause() != null ? cause.getCause() : cause;
        String remedy = isOfFullDisk(first)
                ? " (on host %s); make room there, or name a folder on another disk, and start again"
                        .formatted(Owner.hostName())
                : "";
        return new UncheckedIOException(
                "%s cannot be written: %s%s".formatted(path, words(first), remedy),
                first instanceof IOException known ? known : new IOException(first));
    }

    /** Of Java's own file system the message is a path, and the name says what is wrong. */
    private static String words(Throwable failure) {
        String message = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        return failure instanceof FileSystemException known && known.getReason() == null
                ? failure.getClass().getSimpleName() + " " + message
                : message;
    }

    /**
     * What the file system says about a full disk.
     *
     * @param failure with its causes, as Spark may tell it
     * @return its words; empty if a disk is not the reason
     */
    public static Optional<String> fullDisk(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(100)
                .map(String::valueOf)
                .flatMap(text -> FULL.stream().filter(text::contains))
                .findFirst();
    }

    private static boolean isOfFullDisk(Throwable failure) {
        return fullDisk(failure).isPresent();
    }
}
