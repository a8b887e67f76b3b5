package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.UsageException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** Lists the commands, or explains one. */
final class HelpCommand implements Command {
    static final String NAME = "help";

    private final List<Command> commands;

    HelpCommand(List<Command> commands) {
        this.commands = commands;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "lists the jobs, or explains one";
    }

    @Override
    public String help() {
        return "usage: ./mar help [JOB]\n";
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        if (arguments.isEmpty()) {
            list(out);
        } else if (arguments.size() > 1) {
            throw new UsageException(
                    "help explains one job, but %s were given".formatted(String.join(" and ", arguments)));
        } else {
            String name = arguments.get(0);
            out.print(find(commands, name)
                    .orElseThrow(() -> new UsageException(CommandLine.unknown(commands, name)))
                    .help());
        }
    }

    private void list(PrintStream out) {
        out.println("usage: ./mar JOB [RECIPE.conf] [key=value …] [--master URL] [spark-submit's options]");
        out.println();
        commands.forEach(command -> out.printf("  %-18s %s%n", command.name(), command.summary()));
        out.println();
        out.println("./mar help JOB explains one. A recipe says what to train, and lies in recipes/;");
        out.println("--master and Spark's options say where. --stacktrace shows where a failure arose.");
    }

    static Optional<Command> find(List<Command> commands, String name) {
        return commands.stream().filter(command -> command.name().equals(name)).findFirst();
    }
}
