package io.github.marspark.model.cuda;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

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
        List<String> names = new ArrayList<>(files("libcuda\\.so\\.1"));
        names.add("libcuda.so.1");
        bind(Driver.class, "NVIDIA's driver", "install the driver on this host", names);
    }

    /**
     * Loads all three.
     *
     * @throws CudaException if one is missing
     */
    void load() {
        loadDriver();
        String advice = "install CUDA 11.8 or later, or name the folder that holds it";
        // NVRTC looks for its built-in functions by name alone, so those that lie beside it are loaded before
        for (String builtins : files("libnvrtc-builtins\\.so\\.\\d+\\.\\d+")) {
            NativeLibrary.getInstance(builtins);
        }
        bind(Nvrtc.class, "CUDA's compiler NVRTC", advice, names("libnvrtc.so"));
        bind(Cublas.class, "CUDA's products cuBLAS", advice, names("libcublas.so"));
    }

    private List<String> names(String stem) {
        List<String> names = new ArrayList<>(files(stem.replace(".", "\\.") + "(\\.\\d+)?"));
        MAJORS.forEach(major -> names.add(stem + "." + (major == 11 && stem.contains("nvrtc") ? "11.2" : major)));
        return names;
    }

    /** Files of the folders of a name, the longest name first: it carries the version. */
    private List<String> files(String pattern) {
        List<String> found = new ArrayList<>();
        for (String place : folders()) {
            String[] names = new File(place).list((in, name) -> name.matches(pattern));
            List.of(names == null ? new String[0] : names).stream()
                    .sorted((a, b) -> b.length() == a.length() ? b.compareTo(a) : b.length() - a.length())
                    .forEach(name -> found.add(place + File.separator + name));
        }
        return found;
    }

    private List<String> folders() {
        List<String> folders = new ArrayList<>(folder.isEmpty() ? List.of() : List.of(folder));
        folders.addAll(USUAL);
        return folders;
    }

    /** Binds a class's native functions to the first of some libraries that there is. */
    private void bind(Class<?> functions, String what, String advice, List<String> names) {
        List<String> failures = new ArrayList<>();
        for (String name : names) {
            try {
                Native.register(functions, NativeLibrary.getInstance(name));
                return;
            } catch (UnsatisfiedLinkError absent) {
                failures.add(
                        String.valueOf(absent.getMessage()).lines().findFirst().orElse(name));
            }
        }
        throw new CudaException("%s cannot be loaded: looked for %s, in %s and where the loader looks; %s (%s)"
                .formatted(what, String.join(", ", names), String.join(", ", folders()), advice, failures.get(0)));
    }
}
