package io.github.marspark.jobs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** A standalone master and two workers as processes of this machine, made from the tests' class path. */
public final class LoopbackCluster implements AutoCloseable {
    static final String HOST = "127.0.0.1";

    private static final String SECRET = "only for the tests";
    private static final Pattern OPENS = Pattern.compile("--add-opens=\\S+|-Daeron\\.\\S+");
    private static final List<String> PROTECTION = List.of(
            "-Dspark.authenticate=true",
            "-Dspark.network.crypto.enabled=true",
            "-Dspark.authenticate.secret=" + SECRET);

    private final Path home;
    private final int port = freePort();
    private final Process master;
    private final List<Process> workers = new ArrayList<>();

    /**
     * A cluster with two workers at one address.
     *
     * @param home folder for their logs and work
     * @param coresOfWorker cores that each worker offers
     */
    public LoopbackCluster(Path home, int coresOfWorker) throws IOException {
        this(home, coresOfWorker, HOST, HOST);
    }

    /** A cluster with a worker at each of some loopback addresses. */
    public LoopbackCluster(Path home, int coresOfWorker, String... hosts) throws IOException {
        this.home = home;
        Files.createDirectories(home.resolve("jars"));
        Files.createFile(home.resolve("RELEASE"));
        writeGpuScript();
        this.master = start(
                HOST,
                "master",
                "org.apache.spark.deploy.master.Master",
                "--host",
                HOST,
                "--port",
                "" + port,
                "--webui-port",
                "0");
        for (int worker = 0; worker < hosts.length; worker++) {
            workers.add(start(
                    hosts[worker],
                    "worker-" + worker,
                    "org.apache.spark.deploy.worker.Worker",
                    "spark://%s:%d".formatted(HOST, port),
                    "--host",
                    hosts[worker],
                    "--webui-port",
                    "0",
                    "--cores",
                    "" + coresOfWorker,
                    "--memory",
                    "2g",
                    "--work-dir",
                    home.resolve("work").toString()));
        }
        awaitMaster();
    }

    /** A driver that comes before the master listens is told that there is none. */
    private void awaitMaster() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (ConnectException notYet) {
                if (!master.isAlive() || System.nanoTime() > end) {
                    throw new IllegalStateException(
                            "no master listens at %s:%d: %s"
                                    .formatted(HOST, port, Files.readString(home.resolve("master.log"))),
                            notYet);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static List<String> opens() throws IOException {
        return OPENS.matcher(Files.readString(Path.of("../mar")))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    /** Each worker offers a GPU that is not there. */
    private void writeGpuScript() throws IOException {
        Path script = Files.writeString(
                home.resolve("gpus"), "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"5\"]}'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    private Process start(String host, String name, String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java(), "-Xmx256m", "-XX:TieredStopAtLevel=1"));
        command.addAll(opens());
        command.addAll(PROTECTION);
        command.addAll(List.of(
                "-Dspark.worker.resource.gpu.amount=1",
                "-Dspark.worker.resource.gpu.discoveryScript=" + home.resolve("gpus")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve(name + ".log").toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.12");
        builder.environment().put("SPARK_LOCAL_IP", host);
        builder.environment().put("DL4J_VOID_IP", host);
        return builder.start();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An application with executors of one core each, which are there. */
    public JavaSparkContext open(int executors) throws IOException {
        return open(executors, new SparkConf());
    }

    /** Likewise, with settings of its own. */
    public JavaSparkContext open(int executors, SparkConf settings) throws IOException {
        // An application in local mode leaves a secret of its own with the user, which Spark prefers to the one below.
        UserGroupInformation.setLoginUser(null);
        JavaSparkContext spark = new JavaSparkContext(settings(executors, settings));
        while (spark.sc().statusStore().executorList(true).size() < 1 + executors) { // the driver is one of them
            pause();
        }
        return spark;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for executors", e);
        }
    }

    /** What an application needs to run here, added to settings of its own. */
    SparkConf settings(int executors, SparkConf settings) throws IOException {
        return settings.setMaster("spark://%s:%d".formatted(HOST, port))
                .setAppName("test")
                .set("spark.driver.host", HOST)
                .set("spark.driver.bindAddress", HOST)
                .set("spark.authenticate", "true")
                .set("spark.network.crypto.enabled", "true")
                .set("spark.authenticate.secret", SECRET)
                .set("spark.cores.max", "" + executors)
                .set("spark.executor.cores", "1")
                .set("spark.executor.memory", "512m")
                .set("spark.executorEnv.OMP_NUM_THREADS", "1")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .set("spark.executor.extraJavaOptions", String.join(" ", opens()) + " -XX:TieredStopAtLevel=1");
    }

    /** What the executors of an application have logged so far, a line each. */
    public List<String> log(JavaSparkContext application) throws IOException {
        Path folder = home.resolve("work").resolve(application.sc().applicationId());
        List<String> lines = new ArrayList<>();
        if (!Files.exists(folder)) {
            return lines;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.endsWith("stderr")).toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    /** Ends one executor as an out-of-memory killer would. */
    public void killAnExecutor() {
        executors().findFirst().orElseThrow().destroyForcibly();
    }

    private Stream<ProcessHandle> executors() {
        return workers.stream().flatMap(worker -> worker.toHandle().children());
    }

    @Override
    public void close() {
        Stream<ProcessHandle> all = Stream.concat(
                executors().toList().stream(),
                Stream.concat(workers.stream(), Stream.of(master)).map(Process::toHandle));
        all.forEach(ProcessHandle::destroyForcibly);
        workers.forEach(LoopbackCluster::awaitEnd);
        awaitEnd(master);
    }

    private static void awaitEnd(Process process) {
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
