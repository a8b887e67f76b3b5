package io.github.marspark.model.cuda;

import com.sun.jna.StringArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The kernels' source and its machine code, compiled once a process for each kind of GPU and version of NVRTC. */
final class CudaSource {
    private static final List<String> FILES =
            List.of("common.cu", "elements.cu", "rows.cu", "norms.cu", "attention.cu", "images.cu", "training.cu");
    private static final Map<Target, byte[]> COMPILED = new ConcurrentHashMap<>();

    /** What machine code is for. */
    private record Target(int capability, int compiler) {}

    private CudaSource() {}

    /** All kernels in CUDA C. */
    static String text() {
        StringBuilder text = new StringBuilder();
        for (String file : FILES) {
            try (InputStream stream = CudaSource.class.getResourceAsStream(file)) {
                if (stream == null) {
                    throw new IllegalStateException("the program lacks its file " + file);
                }
                text.append(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the program's file " + file, e);
            }
        }
        return text.toString();
    }

    /**
     * Their machine code.
     *
     * @param capability compute capability, such as 90
     * @throws CudaException if NVRTC does not know the GPU
     */
    static byte[] code(int capability) {
        return COMPILED.computeIfAbsent(new Target(capability, version()), CudaSource::compile);
    }

    /** NVRTC's version, such as 13000. */
    static int version() {
        int[] major = {0};
        int[] minor = {0};
        check("nvrtcVersion", Nvrtc.nvrtcVersion(major, minor));
        return 1000 * major[0] + 10 * minor[0];
    }

    private static byte[] compile(Target target) {
        long[] program = {0};
        check("nvrtcCreateProgram", Nvrtc.nvrtcCreateProgram(program, text(), "kernels.cu", 0, null, null));
        try {
            return compile(program[0], target);
        } finally {
            check("nvrtcDestroyProgram", Nvrtc.nvrtcDestroyProgram(program));
        }
    }

    private static byte[] compile(long program, Target target) {
        String[] options = {"--gpu-architecture=sm_" + target.capability, "--std=c++17"};
        int error = Nvrtc.nvrtcCompileProgram(program, options.length, new StringArray(options));
        if (error != 0) {
            throw new CudaException(
                    "NVRTC %d.%d cannot compile for compute capability %d.%d; a GPU newer than it needs a later CUDA: %s"
                            .formatted(
                                    target.compiler / 1000,
                                    target.compiler % 1000 / 10,
                                    target.capability / 10,
                                    target.capability % 10,
                                    log(program)));
        }
        long[] size = {0};
        check("nvrtcGetCUBINSize", Nvrtc.nvrtcGetCUBINSize(program, size));
        byte[] code = new byte[Math.toIntExact(size[0])];
        check("nvrtcGetCUBIN", Nvrtc.nvrtcGetCUBIN(program, code));
        return code;
    }

    private static String log(long program) {
        long[] size = {0};
        check("nvrtcGetProgramLogSize", Nvrtc.nvrtcGetProgramLogSize(program, size));
        byte[] log = new byte[Math.toIntExact(size[0])];
        check("nvrtcGetProgramLog", Nvrtc.nvrtcGetProgramLog(program, log));
        return new String(log, StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    private static void check(String function, int error) {
        if (error != 0) {
            throw new CudaException(function + " fails with error " + error + " of NVRTC");
        }
    }
}
