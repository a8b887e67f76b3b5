package io.github.marspark.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrerequisitesTest {
    private static final String LOCAL_IP = "SPARK_LOCAL_IP";

    @TempDir
    Path folder;

    @Test
    void folderForTemporaryFilesThatIsAFileIsRefusedWithWhoNamedIt() throws IOException {
        String file = Files.writeString(folder.resolve("file"), "").toString();
        refused(
                with("spark.master", "local"),
                Map.of("SPARK_LOCAL_DIRS", file, LOCAL_IP, "127.0.0.1"),
                "Spark has no folder for its temporary files: " + file
                        + " cannot be written (FileAlreadyExistsException); give one that can be written by the environment variable SPARK_LOCAL_DIRS");
        refused(
                with("spark.local.dir", file + "/below"),
                Map.of(LOCAL_IP, "127.0.0.1"),
                "Spark has no folder for its temporary files: " + file
                        + "/below cannot be written (Not a directory); give one that can be written by --conf spark.local.dir=FOLDER");
    }

    @Test
    void oneFolderOfSeveralIsEnough() throws IOException {
        String file = Files.writeString(folder.resolve("file"), "").toString();
        accepted(with("spark.local.dir", file + "," + folder.resolve("new")));
    }

    @Test
    void masterThatNobodyRunsIsNamed() throws IOException {
        int free = freePort();
        refused(
                with("spark.master", "spark://127.0.0.1:" + free),
                Map.of(LOCAL_IP, "127.0.0.1"),
                "no master answers at spark://127.0.0.1:%d (Connection refused); start the master, or correct --master"
                        .formatted(free));
    }

    @Test
    void masterWithoutAnAddressIsNamed() {
        refused(
                with("spark.master", "spark://no-such-host.invalid:7077"),
                Map.of(LOCAL_IP, "127.0.0.1"),
                "the master's host no-such-host.invalid has no address: no name service knows it; start the master, or correct --master");
        refused(
                with("spark.master", "spark://head"),
                Map.of(LOCAL_IP, "127.0.0.1"),
                "the master's address spark://head is not of the form spark://HOST:PORT; start the master, or correct --master");
    }

    @Test
    void oneMasterOfSeveralIsEnough() throws IOException {
        try (ServerSocket master = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            accepted(with(
                    "spark.master", "spark://127.0.0.1:%d,127.0.0.1:%d".formatted(freePort(), master.getLocalPort())));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static SparkConf with(String key, String value) {
        return new SparkConf(false).set(key, value);
    }

    private static void accepted(SparkConf configuration) {
        Prerequisites prerequisites = new Prerequisites(configuration, Map.of(LOCAL_IP, "127.0.0.1"));
        assertThatCode(prerequisites::require).doesNotThrowAnyException();
    }

    private static void refused(SparkConf configuration, Map<String, String> environment, String sentence) {
        assertThatThrownBy(() -> new Prerequisites(configuration, environment).require())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(sentence);
    }
}
