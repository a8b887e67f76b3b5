package io.github.marspark.jobs.images;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.security.AccessControlException;
import org.jspecify.annotations.Nullable;

/** Reads again when a file system fails for a moment. */
final class Attempts {
    private static final int MOST = 3;
    private static final long PAUSE_MILLIS = 200;

    private Attempts() {}

    /** Something that is read. */
    @FunctionalInterface
    interface Reading<T extends @Nullable Object> {
        /** Reads it, from its beginning. */
        T read() throws IOException;
    }

    /**
     * Reads.
     *
     * @param reading what is tried
     * @return what the first reading gave that did not fail
     * @throws IOException of the last, or of one that will not be mended by waiting
     */
    static <T extends @Nullable Object> T of(Reading<T> reading) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return reading.read();
            } catch (FileNotFoundException | AccessControlException | EOFException | Damage lasting) {
                throw lasting;
            } catch (IOException failure) {
                if (attempt == MOST) {
                    throw failure;
                }
                pause(attempt * PAUSE_MILLIS);
            }
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while images were read", e);
        }
    }
}
