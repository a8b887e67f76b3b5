package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.Key;
import io.github.marspark.jobs.recipe.UsageException;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints a script by which bash and zsh complete jobs, recipes, keys and their values. */
final class CompletionCommand implements Command {
    private static final List<String> SPARK_OPTIONS = List.of(
            "--master",
            "--conf",
            "--deploy-mode",
            "--driver-memory",
            "--executor-memory",
            "--executor-cores",
            "--num-executors",
            "--total-executor-cores",
            "--queue",
            "--jars",
            "--properties-file",
            "--stacktrace",
            "--help");

    /** Both shells give the line; bash parts words at signs of equality and wants the rest, zsh wants the whole word. */
    @SuppressWarnings("InlineFormatString") // a script is read as a whole
    private static final String SCRIPT = """
            # Completion of ./mar for bash and zsh: source <(./mar completion)
            if [ -n "${ZSH_VERSION:-}" ]; then
              autoload -U +X compinit && compinit
              autoload -U +X bashcompinit && bashcompinit
            fi

            _mar_words() {
              case $1 in
            %s    *) ;;
              esac
            }

            _mar_values() {
              case $1 in
            %s    *) ;;
              esac
            }

            # Of some candidates those that begin with what is typed, with what they begin with and end with.
            _mar_add() {
              local typed=$1 before=$2 after=$3 reply
              while IFS= read -r reply; do
                case $reply in
                  '') ;;
                  "$typed"*=) COMPREPLY+=("$before$reply") ;;
                  "$typed"*) COMPREPLY+=("$before$reply$after") ;;
                esac
              done
            }

            _mar() {
              local line=${COMP_LINE:0:$COMP_POINT} word before job key=''
              word=${line##*[[:space:]]}
              before=${line%%"$word"}
              before=${before#*[[:space:]]}
              job=${before%%%%[[:space:]]*}
              COMPREPLY=()
              case $word in
                *=*)
                  [ -z "${ZSH_VERSION:-}" ] || key=${word%%%%=*}=
                  _mar_add "${word#*=}" "$key" ' ' < <(_mar_values "${word%%%%=*}" | tr ' ' '\\n')
                  ;;
                *)
                  if [ -z "${before//[[:space:]]/}" ]; then
                    _mar_add "$word" '' ' ' < <(printf '%%s\\n' %s)
                  else
                    _mar_add "$word" '' ' ' < <({ _mar_words "$job"; printf ' %s'; } | tr ' ' '\\n')
                    _mar_add "$word" '' ' ' < <(compgen -f -- "$word" | grep '\\.conf$')
                    _mar_add "$word" '' / < <(compgen -d -- "$word")
                  fi
                  ;;
              esac
            }

            complete -o nospace -F _mar mar ./mar
            """;

    private final List<Command> commands;

    CompletionCommand(List<Command> commands) {
        this.commands = commands;
    }

    @Override
    public String name() {
        return "completion";
    }

    @Override
    public String summary() {
        return "prints a script by which bash and zsh complete what is typed";
    }

    @Override
    public String help() {
        return """
                usage: source <(./mar completion)

                Then bash and zsh complete jobs, recipes, keys of the job and, after the sign of equality, values where
                a key takes one of a few. Write it into ~/.bashrc or ~/.zshrc to have it always.
                """;
    }

    @Override
    public void run(List<String> arguments, PrintStream out) {
        if (!arguments.isEmpty()) {
            throw new UsageException(
                    "completion takes nothing, but %s was given".formatted(String.join(" ", arguments)));
        }
        out.printf(SCRIPT, jobs(), values(), names(), String.join(" ", SPARK_OPTIONS));
    }

    private String names() {
        return commands.stream().map(Command::name).collect(Collectors.joining(" "));
    }

    /** Of each job the keys it reads, with a sign of equality, and its options. */
    private String jobs() {
        return commands.stream()
                .filter(RecipeCommand.class::isInstance)
                .map(RecipeCommand.class::cast)
                .map(job -> arm(job.name(), Stream.concat(keys(job), job.options().stream())))
                .collect(Collectors.joining());
    }

    private static Stream<String> keys(RecipeCommand job) {
        return job.keys().stream().flatMap(name -> Key.within(name).stream()).map(key -> key.path() + "=");
    }

    private static String values() {
        return Key.all().stream()
                .filter(key -> !key.choices().isEmpty())
                .map(key -> arm(key.path(), key.choices().stream()))
                .collect(Collectors.joining());
    }

    private static String arm(String name, Stream<String> words) {
        return "    %s) printf '%%s\\n' '%s' ;;%n".formatted(name, words.collect(Collectors.joining(" ")));
    }
}
