package io.github.marspark.jobs.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line in a process of its own, with Spark on two threads, to be killed without harm to the tests. */
public final class MainProcess {
    private MainProcess() {}

    /**
     * A process, not yet started.
     *
     * @param log what it says is added to this file
     * @param words of the command line
     */
    public static ProcessBuilder of(Path log, List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(LoopbackCluster.java(), "-Xmx512m", "-XX:TieredStopAtLevel=1"));
        command.addAll(LoopbackCluster.opens());
        command.addAll(List.of(
                "-Dspark.master=local[2]",
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
