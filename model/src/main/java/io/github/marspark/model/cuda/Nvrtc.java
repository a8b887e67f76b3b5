package io.github.marspark.model.cuda;

import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The functions of {@code libnvrtc}, which compiles CUDA C; every function returns 0 for success.
 *
 * @see <a href="https://docs.nvidia.com/cuda/nvrtc/">NVRTC</a>
 */
final class Nvrtc {
    private Nvrtc() {}

    static native int nvrtcVersion(int[] major, int[] minor);

    static native int nvrtcCreateProgram(
            long[] program,
            String source,
            String name,
            int headers,
            @Nullable Pointer sources,
            @Nullable Pointer names);

    static native int nvrtcCompileProgram(long program, int count, Pointer options);

    static native int nvrtcGetProgramLogSize(long program, long[] size);

    static native int nvrtcGetProgramLog(long program, byte[] log);

    static native int nvrtcGetCUBINSize(long program, long[] size);

    static native int nvrtcGetCUBIN(long program, byte[] code);

    static native int nvrtcDestroyProgram(long[] program);
}
