package io.github.marspark.jobs.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs a job in a process of its own, the driver, whose Spark starts one executor as a process too, and watches the
 * memory of both. Both have heaps of a fixed size, whose pages are taken at the start.
 */
final class ClusterProcess {
    static final int HEAP_MEGABYTES = 512;

    private static final String HOST = "127.0.0.1";
    private static final int PAUSE_MILLIS = 100;
    static final double BYTES_A_MEGABYTE = 1 << 20;
    private static final Pattern COLLECTION = Pattern.compile("->(\\d+)M\\(");

    private final Path home;
    private final int threads;
    private double driverPeak;
    private double executorPeak;

    /**
     * A run to come.
     *
     * @param home empty folder for its logs
     * @param threads of the executor
     */
    ClusterProcess(Path home, int threads) {
        this.home = home;
        this.threads = threads;
    }

    /**
     * What a process has needed, in MB.
     *
     * @param peak most memory of the whole process
     * @param heap most that a collection left on its heap: what is in use, and garbage that waits for a later one
     */
    record Memory(double peak, double heap) {}

    /**
     * Runs the job.
     *
     * @param words of the command line
     * @throws IllegalStateException if the job fails, with the end of what it said
     */
    void run(String... words) throws IOException, InterruptedException {
        Files.createDirectories(home.resolve("jars"));
        Files.createFile(home.resolve("RELEASE"));
        ProcessBuilder builder =
                new ProcessBuilder(command(words)).redirectErrorStream(true).redirectOutput(log().toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.12");
        builder.environment().put("SPARK_LOCAL_IP", HOST);
        Process driver = builder.start();
        try {
            while (!driver.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                watch(driver);
            }
        } finally {
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroyForcibly();
        }
        if (driver.exitValue() != 0) {
            throw new IllegalStateException("the job of the benchmark failed: " + lastWords());
        }
    }

    /** What the driver has needed; Spark's master and worker are in its process. */
    Memory driver() throws IOException {
        return new Memory(driverPeak, heap("driver"));
    }

    /** What the executor has needed. */
    Memory executor() throws IOException {
        return new Memory(executorPeak, heap("executor"));
    }

    private List<String> command(String... words) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        String opens = String.join(" ", opens());
        List<String> command = new ArrayList<>(List.of(java, "-Xmx" + HEAP_MEGABYTES + "m"));
        command.addAll(opens());
        command.addAll(memoryOptions("driver"));
        command.addAll(List.of(
                "-Dspark.master=local-cluster[1,%d,%d]".formatted(threads, HEAP_MEGABYTES),
                "-Dspark.executor.memory=" + HEAP_MEGABYTES + "m",
                "-Dspark.executor.extraClassPath=" + classPath,
                "-Dspark.executor.extraJavaOptions=" + opens + " " + String.join(" ", memoryOptions("executor")),
                "-Dspark.executorEnv.OMP_NUM_THREADS=1",
                "-Dspark.ui.enabled=false",
                "-Dspark.worker.cleanup.enabled=false",
                "-cp",
                classPath,
                "io.github.marspark.jobs.Main"));
        command.addAll(List.of(words));
        return command;
    }

    private static List<String> opens() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-opens="))
                .toList();
    }

    private List<String> memoryOptions(String process) {
        return List.of(
                "-Xms" + HEAP_MEGABYTES + "m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseG1GC",
                "-Xlog:gc:file=%s".formatted(garbage(process)));
    }

    private Path garbage(String process) {
        return home.resolve(process + ".gc");
    }

    private Path log() {
        return home.resolve("log");
    }

    private void watch(Process driver) {
        driverPeak = Math.max(driverPeak, Machine.peakMegabytes(driver.pid()));
        driver.descendants()
                .forEach(executor -> executorPeak = Math.max(executorPeak, Machine.peakMegabytes(executor.pid())));
    }

    private double heap(String process) throws IOException {
        try (Stream<String> lines = Files.lines(garbage(process))) {
            return lines.map(COLLECTION::matcher)
                            .filter(Matcher::find)
                            .mapToLong(collection -> Long.parseLong(collection.group(1)))
                            .max()
                            .orElse(0)
                    * BYTES_A_MEGABYTE
                    / 1e6;
        }
    }

    private String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(log());
        return String.join("; ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }
}
