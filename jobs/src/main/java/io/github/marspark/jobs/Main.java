package io.github.marspark.jobs;

import io.github.marspark.jobs.bench.BenchCommand;
import io.github.marspark.jobs.encode.EncodeJob;
import io.github.marspark.jobs.inspect.InspectCommand;
import io.github.marspark.jobs.sample.SampleJob;
import io.github.marspark.jobs.tokenizer.TrainTokenizerJob;
import io.github.marspark.jobs.weights.ExportCommand;
import io.github.marspark.jobs.weights.ImportCommand;
import io.github.marspark.jobs.weights.ImportTokenizerCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where {@code ./mar} enters. */
public final class Main {
    private Main() {}

    /**
     * Runs a command and ends with its exit code: 0 done, 1 failed, 2 not understood.
     *
     * @param arguments the command's name and what follows
     */
    public static void main(String[] arguments) {
        PrintStream out = utf8(FileDescriptor.out);
        PrintStream err = utf8(FileDescriptor.err);
        Interruption.watch(err);
        int code = new CommandLine(commands(), out, err).run(arguments);
        Interruption.done();
        if (code != CommandLine.OK || isSparkHere()) {
            System.exit(code);
        }
    }

    /** Spark's barrier stages leave a thread behind in this process, which would keep it from ending. */
    private static boolean isSparkHere() {
        return System.getProperty("spark.master", "local").startsWith("local");
    }

    private static List<Command> commands() {
        List<RecipeCommand> pipeline =
                List.of(new TrainTokenizerJob(), new EncodeJob(), new TrainCommand(), new SampleJob());
        List<Command> commands = new ArrayList<>(pipeline);
        commands.add(new DemoJob(pipeline));
        commands.addAll(List.of(
                new ImportTokenizerCommand(),
                new ImportCommand(),
                new ExportCommand(),
                new InspectCommand(),
                new RecipeCheck(),
                new ClusterCheck(),
                new BenchCommand(),
                new Versions()));
        return List.copyOf(commands);
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
