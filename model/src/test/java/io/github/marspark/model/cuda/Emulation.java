package io.github.marspark.model.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The libraries that the tests of kernels on a GPU use: NVIDIA's, where the system property {@code mar.gpu} is true, else
 * an emulation of their C interface in host memory, in which g++ compiles the very source that NVRTC would.
 */
public final class Emulation {
    private static final Pattern KERNEL = Pattern.compile("(?m)^KERNEL (\\w+)\\(");
    private static final String[] SOURCES = {"emulation.h", "block.h", "emulation.cpp"};
    private static final int MOST_MINUTES = 5;

    /** The system property that names a folder with an emulation that was built before. */
    static final String FOLDER = "mar.emulation";

    private static @Nullable CudaLibraries made;

    private Emulation() {}

    /** Whether the tests run on a GPU. */
    public static boolean isReplacedByGpu() {
        return Boolean.getBoolean("mar.gpu");
    }

    /** Whether kernels of a GPU can be tested here. */
    public static boolean isThere() {
        return isReplacedByGpu()
                || Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "g++")));
    }

    /** The libraries; skips the calling test where there is no g++. */
    public static synchronized CudaLibraries libraries() {
        if (isReplacedByGpu()) {
            return CudaLibraries.ofProperty();
        }
        if (System.getProperty(FOLDER) != null) {
            return new CudaLibraries(System.getProperty(FOLDER));
        }
        assumeTrue(isThere(), "kernels of a GPU are not tested: g++ is not installed on this machine");
        CudaLibraries known = made;
        if (known == null) {
            try {
                known = new CudaLibraries(build(CudaSource.text()).toString());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot build the emulation", e);
            }
            made = known;
        }
        return known;
    }

    /** A GPU whose products are of float32. */
    public static Gpu open() {
        return Gpu.open(libraries(), 0, Precision.FLOAT32);
    }

    /** Runs the blocks of each launch last to first, or first to last again; not on a GPU, which has an order of its own. */
    public static void reverse(boolean on) {
        if (!isReplacedByGpu()) {
            function("emulationReverse", on ? 1 : 0);
        }
    }

    /** Lets work be counted and not done, for sizes that no processor computes; memory is without end then. */
    public static void pretend(boolean on) {
        if (!isReplacedByGpu()) {
            function("emulationPretend", on ? 1 : 0);
        }
    }

    /** Lets launches and waiting fail by an error, 0 for none. */
    public static void fail(int error) {
        function("emulationFail", error);
    }

    private static void function(String name, int argument) {
        NativeLibrary.getInstance(libraries().folder() + "/libcuda.so.1")
                .getFunction(name)
                .invokeVoid(new Object[] {argument});
    }

    /** A folder with the three libraries for a source of kernels. */
    static Path build(String kernels) throws IOException {
        Path folder = Files.createTempDirectory("mar-emulation");
        folder.toFile().deleteOnExit();
        for (String source : SOURCES) {
            try (InputStream stream = Emulation.class.getResourceAsStream(source)) {
                Files.copy(stream, folder.resolve(source));
            }
        }
        Files.writeString(folder.resolve("kernels.cu"), kernels);
        Files.writeString(
                folder.resolve("entries.h"),
                KERNEL.matcher(kernels)
                        .results()
                        .map((MatchResult kernel) -> "ENTRY(" + kernel.group(1) + ")\n")
                        .collect(Collectors.joining()));
        compile(folder);
        for (String name : new String[] {"libnvrtc.so.13", "libcublas.so.13"}) {
            Files.createSymbolicLink(folder.resolve(name), Path.of("libcuda.so.1"));
        }
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> file.toFile().deleteOnExit());
        }
        return folder;
    }

    private static void compile(Path folder) throws IOException {
        Process compiler = new ProcessBuilder(
                        "g++",
                        "-O2",
                        "-std=c++17",
                        "-ffp-contract=off",
                        "-shared",
                        "-fPIC",
                        "-o",
                        "libcuda.so.1",
                        "emulation.cpp")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!ended(compiler) || compiler.exitValue() != 0) {
            throw new IllegalStateException("g++ cannot compile the emulation: " + said);
        }
    }

    private static boolean ended(Process process) {
        try {
            return process.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
