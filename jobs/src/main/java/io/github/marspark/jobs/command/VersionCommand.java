package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.jobs.runtime.ProgramVersion;
import java.io.PrintStream;
import java.util.List;

/** Says which version of this program, and of what it stands on, is running. */
public final class VersionCommand implements Command {
    /** For the command line. */
    public VersionCommand() {}

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
                ProgramVersion.name(),
                org.apache.spark.package$.MODULE$.SPARK_VERSION(),
                System.getProperty("java.version"));
    }
}
