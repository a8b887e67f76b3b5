package io.github.marspark.model.cuda;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the driver, NVRTC and cuBLAS are looked for. The driver installs its own library where the loader finds it; the
 * others come with CUDA, from 11.8 on, and are looked for in a folder first (so is the driver's), then where CUDA is usually installed, then by
 * the loader. They are loaded once a process.
 *
 * @param folder that holds {@code libnvrtc.so.*} and {@code libcublas.so.*}; empty for none
 */
public record CudaLibraries(String folder) {
    /** The system property that names the folder where nothing else does. */
    public static final String PROPERTY = "mar.cuda.libraries";

    private static final List<String> USUAL = List.of("/usr/local/cuda/lib64", "/usr/local/cuda/lib");
    private static final List<Integer> MAJORS = List.of(13, 12, 11);

    /** Those of the folder that the system property names, or the usual ones. */
    public static CudaLibraries ofProperty() {
        return new CudaLibraries(System.getProperty(PROPERTY, ""));
    }

    /**
     * Loads the driver's library alone.
     *
     * @throws CudaException if it is missing
     */
    void loadDriver() {
        bind(Driver.class, "NVIDIA's driver", "install the driver on this host", List.of("libcuda.so.1"));
    }

    /**
     * Loads all three.
     *
     * @throws CudaException if one is missing
     */
    void load() {
        loadDriver();
        String advice = "install CUDA 11.8 or later, or name the folder that holds it";
        loadBuiltins();
        bind(Nvrtc.class, "CUDA's compiler NVRTC", advice, names("libnvrtc.so"));
        bind(Cublas.class, "CUDA's products cuBLAS", advice, names("libcublas.so"));
    }

    /** NVRTC looks for its built-in functions by name alone, so those that lie beside it are loaded before. */
    private void loadBuiltins() {
        for (String place : folders()) {
            for (int version = 0; version < 10 * MAJORS.size(); version++) {
                found("%s/libnvrtc-builtins.so.%d.%d".formatted(place, MAJORS.get(version / 10), version % 10));
            }
        }
    }

    private static List<String> names(String stem) {
        List<String> names = new ArrayList<>();
        MAJORS.forEach(major -> names.add(stem + "." + (major == 11 && stem.contains("nvrtc") ? "11.2" : major)));
        names.add(stem);
        return names;
    }

    private List<String> folders() {
        List<String> folders = new ArrayList<>(folder.isEmpty() ? List.of() : List.of(folder));
        folders.addAll(USUAL);
        return folders;
    }

    private static Optional<NativeLibrary> found(String name) {
        try {
            return Optional.of(NativeLibrary.getInstance(name));
        } catch (UnsatisfiedLinkError absent) {
            return Optional.empty();
        }
    }

    /** Binds a class's native functions to the first of some libraries that there is. */
    private void bind(Class<?> functions, String what, String advice, List<String> names) {
        NativeLibrary library = Stream.concat(
                        folders().stream().flatMap(place -> names.stream().map(name -> place + "/" + name)),
                        names.stream())
                .map(CudaLibraries::found)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() ->
                        new CudaException("%s cannot be loaded: looked for %s, in %s and where the loader looks; %s"
                                .formatted(what, String.join(", ", names), String.join(", ", folders()), advice)));
        Native.register(functions, library);
    }
}
