package io.github.marspark.jobs;

import io.github.marspark.jobs.command.BenchCommand;
import io.github.marspark.jobs.command.CheckClusterCommand;
import io.github.marspark.jobs.command.CheckRecipeCommand;
import io.github.marspark.jobs.command.Command;
import io.github.marspark.jobs.command.CommandLine;
import io.github.marspark.jobs.command.CompareCommand;
import io.github.marspark.jobs.command.DemoCommand;
import io.github.marspark.jobs.command.EditCommand;
import io.github.marspark.jobs.command.EncodeCommand;
import io.github.marspark.jobs.command.EvaluateCommand;
import io.github.marspark.jobs.command.ExportCommand;
import io.github.marspark.jobs.command.ImportCommand;
import io.github.marspark.jobs.command.ImportFeaturesCommand;
import io.github.marspark.jobs.command.ImportTokenizerCommand;
import io.github.marspark.jobs.command.InspectCommand;
import io.github.marspark.jobs.command.Interruption;
import io.github.marspark.jobs.command.RecipeCommand;
import io.github.marspark.jobs.command.SampleCommand;
import io.github.marspark.jobs.command.TrainClassifierCommand;
import io.github.marspark.jobs.command.TrainCommand;
import io.github.marspark.jobs.command.TrainTokenizerCommand;
import io.github.marspark.jobs.command.VersionCommand;
import io.github.marspark.jobs.runtime.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where {@code ./mar} enters. */
public final class Main {
    private Main() {}

    /**
     * Runs a command and ends with its exit code: 0 done, 1 failed, 2 not understood.
     *
     * @param arguments the command's name and what follows
     */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT); // numbers and names look the same on every machine
        PrintStream out = screen();
        PrintStream err = utf8(FileDescriptor.err);
        Interruption.watch(err);
        int code = new CommandLine(commands(), out, err).run(arguments);
        Interruption.done();
        if (code != CommandLine.OK || !isYarnsApplicationMaster()) {
            // Spark's barrier stages leave a thread behind, which would keep this process from ending
            System.exit(code);
        }
    }

    /** It ends this process itself when the driver has returned, and takes an exit before that for a failure. */
    private static boolean isYarnsApplicationMaster() {
        return "yarn".equals(System.getProperty("spark.master"))
                && "cluster".equals(System.getProperty("spark.submit.deployMode"));
    }

    private static List<Command> commands() {
        List<RecipeCommand> pipeline =
                List.of(new TrainTokenizerCommand(), new EncodeCommand(), new TrainCommand(), new SampleCommand());
        List<Command> commands = new ArrayList<>(pipeline);
        List<RecipeCommand> judging = List.of(new TrainClassifierCommand(), new SampleCommand(), new EvaluateCommand());
        commands.add(new EditCommand());
        commands.add(new TrainClassifierCommand());
        commands.add(new EvaluateCommand());
        commands.add(new DemoCommand(pipeline, judging));
        commands.add(new CompareCommand(new CompareCommand.Jobs(
                new TrainTokenizerCommand(),
                new EncodeCommand(),
                new TrainCommand(),
                new SampleCommand(),
                new TrainClassifierCommand(),
                new EvaluateCommand())));
        commands.addAll(List.of(
                new ImportTokenizerCommand(),
                new ImportFeaturesCommand(),
                new ImportCommand(),
                new ExportCommand(),
                new InspectCommand(),
                new CheckRecipeCommand(),
                new CheckClusterCommand(),
                new BenchCommand(),
                new VersionCommand()));
        return List.copyOf(commands);
    }

    /** The launcher says how wide the terminal is, if there is one. */
    private static PrintStream screen() {
        String columns = System.getenv("MAR_COLUMNS");
        return columns != null && columns.matches("[1-9]\\d{1,4}")
                ? Terminal.of(new FileOutputStream(FileDescriptor.out), Integer.parseInt(columns))
                : utf8(FileDescriptor.out);
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
