package io.github.marspark.jobs.bench;

import io.github.marspark.model.tensor.Blas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The machine that is measured, as Linux tells it. */
final class Machine {
    private static final double BYTES_A_KILOBYTE = 1024;

    private Machine() {}

    /** The processor's name. */
    static String cpu() {
        return find("/proc/cpuinfo", "model name").orElse(System.getProperty("os.arch"));
    }

    /** The library that multiplies matrices. */
    static String blas() {
        return Blas.ofThisProcess().version();
    }

    /** The most memory that this process has held so far, in MB; 0 where Linux does not tell. */
    static double peakMegabytes() {
        return peakMegabytes(ProcessHandle.current().pid());
    }

    /** Likewise, that another process has held; 0 when it has ended. */
    static double peakMegabytes(long process) {
        return find("/proc/%d/status".formatted(process), "VmHWM")
                .map(text -> Long.parseLong(text.replaceAll("\\D", "")) * BYTES_A_KILOBYTE / 1e6)
                .orElse(0.0);
    }

    private static Optional<String> find(String file, String key) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException | UncheckedIOException untold) {
            return Optional.empty();
        }
    }
}
