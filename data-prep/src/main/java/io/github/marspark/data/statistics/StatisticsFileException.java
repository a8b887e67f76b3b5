package io.github.marspark.data.statistics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A file of statistics that cannot be read; the message is a sentence with its path, what was found, what to do. */
public final class StatisticsFileException extends UncheckedIOException {
    StatisticsFileException(Path file, String problem) {
        this(file, problem, new IOException(problem));
    }

    StatisticsFileException(Path file, String problem, IOException cause) {
        super(file + ": " + problem, cause);
    }
}
