package io.github.marspark.jobs.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/** The command line in a process of its own, to be killed without harm to the tests. */
public final class MainProcess {
    private MainProcess() {}

    /**
     * A process, not yet started.
     *
     * @param log what it says is added to this file
     * @param words of the command line
     */
    public static ProcessBuilder of(Path log, List<String> words) throws IOException {
        return of(log, Map.of("spark.master", "local[2]"), words);
    }

    /**
     * A process that is the driver on a cluster, not yet started.
     *
     * @param cluster where its executors run, of one core each
     * @param log what it says is added to this file
     * @param words of the command line
     */
    public static ProcessBuilder on(LoopbackCluster cluster, Path log, List<String> words) throws IOException {
        Map<String, String> settings = new HashMap<>();
        for (Tuple2<String, String> setting :
                cluster.settings(2, new SparkConf(false)).getAll()) {
            settings.put(setting._1(), setting._2());
        }
        return of(log, settings, words);
    }

    /**
     * A process with settings of Spark's own, not yet started.
     *
     * @param log what it says is added to this file
     * @param settings such as the master
     * @param words of the command line
     */
    public static ProcessBuilder of(Path log, Map<String, String> settings, List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(LoopbackCluster.java(), "-Xmx512m", "-XX:TieredStopAtLevel=1"));
        command.addAll(LoopbackCluster.opens());
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of(
                "-Dspark.ui.enabled=false",
                "-cp",
                System.getProperty("java.class.path"),
                "io.github.marspark.jobs.Main"));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("SPARK_LOCAL_IP", LoopbackCluster.HOST);
        return builder;
    }
}
