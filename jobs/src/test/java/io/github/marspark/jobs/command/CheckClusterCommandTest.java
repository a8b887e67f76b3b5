package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.cluster.MainProcess;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.jobs.runtime.Device;
import io.github.marspark.model.cuda.Emulation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckClusterCommandTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void executorOfThisMachineReports() {
        new CheckClusterCommand().run(List.of(), out);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .startsWith("Spark 3.5.5 at local[*]\nexecutor driver on 127.0.0.1: Java ")
                .endsWith("OMP_NUM_THREADS=1, the processor, multiplies\n");
    }

    @Test
    void gpuReportsWhatItIs() {
        withProperties(Emulation.libraries().folder(), () -> new CheckClusterCommand().run(List.of(), out));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("GPU 0 (")
                .containsPattern(
                        "Spark assigned none: compute capability \\d+\\.\\d, \\d+\\.\\d of \\d+\\.\\d GB free, driver for CUDA \\d+\\.\\d, NVRTC \\d+\\.\\d, cuBLAS \\d+")
                .endsWith(", multiplies\n");
    }

    private static void withProperties(String libraries, Runnable work) {
        System.setProperty(Device.CHOICE, "gpu");
        System.setProperty(Device.LIBRARIES, libraries);
        try {
            work.run();
        } finally {
            System.clearProperty(Device.CHOICE);
            System.clearProperty(Device.LIBRARIES);
        }
    }

    /** Something listens there that answers nobody. */
    @Test
    void masterThatAnswersNobodyIsToldInTime() throws Exception {
        Path log = folder.resolve("check.log");
        try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String master = "spark://127.0.0.1:" + socket.getLocalPort();
            Process process = MainProcess.of(
                            log,
                            Map.of(
                                    "spark.master", master,
                                    "spark.driver.host", "127.0.0.1",
                                    "spark.driver.bindAddress", "127.0.0.1"),
                            List.of("check-cluster", "--timeout", "3"))
                    .start();
            assertThat(process.waitFor(45, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(log)
                    .content()
                    .contains(
                            "check-cluster failed: %s has not answered within 3 seconds; see whether a master runs there, or wait longer by --timeout SECONDS"
                                    .formatted(master));
        }
    }

    @Test
    void argumentsAreRefused() {
        assertThatThrownBy(() -> new CheckClusterCommand().run(List.of("x", "y"), out))
                .isInstanceOf(UsageException.class)
                .hasMessage("check-cluster takes --timeout SECONDS and spark-submit's options, but was given x y");
    }
}
