package io.github.marspark.jobs;

import java.io.PrintStream;
import java.util.List;
import java.util.Objects;

/** Says which version of this program, and of what it stands on, is running. */
public final class Versions implements Command {
    /** For the command line. */
    public Versions() {}

    /**
     * The version of this program.
     *
     * @return such as {@code 0.1.0}, or {@code unpackaged} when the program does not run from its jar
     */
    public static String ofProgram() {
        return Objects.requireNonNullElse(Versions.class.getPackage().getImplementationVersion(), "unpackaged");
    }

    @Override
    public String name() {
        return "version";
    }

    @Override
    public String summary() {
        return "says which versions are running";
    }

    @Override
    public String help() {
        return "usage: ./mar version\n";
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        if (!arguments.isEmpty()) {
            throw new UsageException("version takes nothing, but %s was given".formatted(String.join(" ", arguments)));
        }
        out.printf(
                "mar-spark %s%nSpark %s%nJava %s%n",
                ofProgram(), org.apache.spark.package$.MODULE$.SPARK_VERSION(), System.getProperty("java.version"));
    }
}
