package io.github.marspark.jobs.command;

import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.RecipeException;
import io.github.marspark.jobs.recipe.Suggestion;
import io.github.marspark.jobs.recipe.UsageException;
import io.github.marspark.jobs.runtime.StoppedException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the command that was asked for, runs it, and tells a failure in a sentence. */
public final class CommandLine {
    /** All went well. */
    public static final int OK = 0;
    /** The command was right, and failed. */
    static final int FAILURE = 1;
    /** The command was not right. */
    static final int USAGE = 2;

    private static final String STACKTRACE = "--stacktrace";
    private static final Map<String, String> ALIASES =
            Map.of("-h", HelpCommand.NAME, "--help", HelpCommand.NAME, "--version", "version");

    private final List<Command> commands;
    private final PrintStream out;
    private final PrintStream err;

    /**
     * A command line over some commands.
     *
     * @param commands in the order of the help
     * @param out where results go
     * @param err where failures go
     */
    public CommandLine(List<Command> commands, PrintStream out, PrintStream err) {
        this.commands = new ArrayList<>(commands);
        this.commands.add(new CompletionCommand(this.commands));
        this.commands.add(new HelpCommand(this.commands));
        this.out = out;
        this.err = err;
    }

    /**
     * Runs one command.
     *
     * @param arguments its name and what follows
     * @return the exit code
     */
    public int run(String... arguments) {
        List<String> words = new ArrayList<>(List.of(arguments));
        boolean stacktrace = words.removeIf(STACKTRACE::equals) || "1".equals(System.getenv("MAR_STACKTRACE"));
        try {
            dispatch(words);
            return OK;
        } catch (UsageException | RecipeException wrong) {
            err.println(wrong.getMessage());
            return USAGE;
        } catch (StoppedException stopped) {
            out.println(Storage.shownIn(String.valueOf(stopped.getMessage())));
            return Interruption.code();
        } catch (Exception | Error failure) {
            report(failure, words, stacktrace);
            return FAILURE;
        }
    }

    private void dispatch(List<String> words) {
        String name = words.isEmpty() ? HelpCommand.NAME : ALIASES.getOrDefault(words.get(0), words.get(0));
        List<String> rest = words.subList(Math.min(1, words.size()), words.size());
        if (rest.contains("-h") || rest.contains("--help")) {
            out.print(find(name).help());
        } else {
            find(name).run(rest, out);
        }
    }

    private Command find(String name) {
        return HelpCommand.find(commands, name).orElseThrow(() -> new UsageException(unknown(commands, name)));
    }

    /**
     * What is said about a name that no command has.
     *
     * @param commands those there are
     * @param name what was written
     * @return a sentence
     */
    static String unknown(List<Command> commands, String name) {
        Optional<String> near =
                Suggestion.nearest(name, commands.stream().map(Command::name).toList());
        return "there is no job %s; %s"
                .formatted(name, near.map("did you mean %s?"::formatted).orElse("./mar help lists them"));
    }

    private void report(Throwable failure, List<String> words, boolean stacktrace) {
        if (Interruption.happened()) {
            return;
        }
        err.printf("%s failed: %s%n", words.get(0), Sentence.of(failure));
        if (stacktrace) {
            failure.printStackTrace(err);
        } else {
            err.printf("(%s shows where)%n", STACKTRACE);
        }
    }
}
