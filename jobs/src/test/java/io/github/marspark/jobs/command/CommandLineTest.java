package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.recipe.Recipe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private String recipe = "";

    @BeforeEach
    void writeRecipe() throws IOException {
        Path file = folder.resolve("flowers.conf");
        recipe = Files.writeString(
                        file,
                        "name = flowers\ndata { image-size = 32, classes = 3 }\n"
                                + "sample.iterations = 4\ntokenizer.attention-resolutions = []")
                .toString();
    }

    @Test
    void helpListsTheJobs() {
        assertThat(run("help")).isZero();
        assertThat(out()).startsWith("usage: ./mar JOB").contains("  paint              paints images\n", "  help  ");
    }

    @Test
    void noArgumentsListTheJobsToo() {
        assertThat(run()).isZero();
        assertThat(out()).startsWith("usage: ./mar JOB");
    }

    @Test
    void helpExplainsAJobWithKeysDefaultsAndUnits() {
        assertThat(run("help", "paint")).isZero();
        assertThat(out())
                .startsWith("usage: ./mar paint RECIPE.conf [key=value …] [--dry]\n\npaints images.\n")
                .contains("  train.warmup-steps = 62500 steps  (a whole number)\n      steps over which")
                .contains("  train.ema.rate = 0.9999  (a number)\n")
                .contains("  train.schedule = constant  (one of constant, cosine)\n")
                .contains("  data.image-size  (must be given: a whole number, pixels)\n")
                .contains("  images  (must be given: text)\n      where the images are")
                .doesNotContain("tokenizer.width");
    }

    @Test
    void helpIsGivenToTheJobsOption() {
        run("help", "paint");
        String explained = out();
        out.reset();
        assertThat(run("paint", "--help")).isZero();
        assertThat(out()).isEqualTo(explained);
    }

    @Test
    void versionNamesWhatIsRunning() {
        assertThat(new CommandLine(List.of(new VersionCommand()), stream(out), stream(err)).run("--version"))
                .isZero();
        assertThat(out()).startsWith("mar-spark unpackaged\nSpark 3.5.5\nJava ");
    }

    @Test
    void misspeltJobIsRefusedWithASuggestion() {
        assertThat(run("pain")).isEqualTo(2);
        assertThat(err()).isEqualTo("there is no job pain; did you mean paint?\n");
        err.reset();
        assertThat(run("help", "apint")).isEqualTo(2);
        assertThat(err()).isEqualTo("there is no job apint; did you mean paint?\n");
    }

    @Test
    void jobLikeNoOtherIsRefused() {
        assertThat(run("xyzzy")).isEqualTo(2);
        assertThat(err()).isEqualTo("there is no job xyzzy; ./mar help lists them\n");
    }

    @Test
    void jobGetsRecipeSettingsAndOptions() {
        assertThat(run("paint", "--dry", recipe, "images=/pictures/a=b", "train.steps=7"))
                .isZero();
        assertThat(out()).isEqualTo("file:/pictures/a=b 7 [--dry]\n");
    }

    @Test
    void jobWithoutARecipeIsRefused() {
        assertThat(run("paint")).isEqualTo(2);
        assertThat(err()).isEqualTo("paint needs a recipe, such as ./mar paint recipes/fashion-mnist.conf\n");
    }

    @Test
    void twoRecipesAreRefused() {
        assertThat(run("paint", "a.conf", "b.conf")).isEqualTo(2);
        assertThat(err())
                .isEqualTo(
                        "paint takes one recipe, but a.conf and b.conf were given; settings are written key=value\n");
    }

    @Test
    void unknownOptionIsRefused() {
        assertThat(run("paint", recipe, "--dri")).isEqualTo(2);
        assertThat(err()).isEqualTo("paint has no option --dri; did you mean --dry?; see ./mar help paint\n");
    }

    @Test
    void keyThatTheJobNeedsIsAskedFor() {
        assertThat(run("paint", recipe)).isEqualTo(2);
        assertThat(err())
                .isEqualTo("paint needs the key images: write it into the recipe, or images=… on the command line\n");
    }

    @Test
    void wrongRecipeIsAUsageError() {
        assertThat(run("paint", recipe, "images=x", "train.step=1")).isEqualTo(2);
        assertThat(err()).isEqualTo("command line: unknown key train.step; did you mean train.steps?\n");
    }

    @Test
    void keyWithoutItsSectionIsRefusedWithTheKeysOfTheJobThatHaveThatName() {
        assertThat(run("paint", recipe, "images=x", "steps=3")).isEqualTo(2);
        assertThat(err()).isEqualTo("command line: unknown key steps; did you mean train.steps?\n");
        err.reset();
        assertThat(run("paint", recipe, "images=x", "every-stesp=3")).isEqualTo(2);
        assertThat(err())
                .isEqualTo(
                        "command line: unknown key every-stesp; did you mean train.checkpoint.every-steps or train.validation.every-steps or train.preview.every-steps?\n");
    }

    @Test
    void misspeltSettingIsNoRecipe() {
        assertThat(run("paint", recipe, "images=x", "Train.global_batch=3")).isEqualTo(2);
        assertThat(err()).startsWith("command line: unknown key Train.global_batch");
    }

    @Test
    void surplusWordsAreRefused() {
        assertThat(run("help", "paint", "help")).isEqualTo(2);
        assertThat(err()).isEqualTo("help explains one job, but paint and help were given\n");
    }

    @Test
    void listOfAFailureIsToldWhole() {
        failing(new IllegalStateException("x does not fit: 2 missing\n  a (1)\n  b (2)\n\tat y"));
        assertThat(err())
                .isEqualTo("fail failed: x does not fit: 2 missing\n  a (1)\n  b (2)\n(--stacktrace shows where)\n");
    }

    @Test
    void failureIsToldInASentence() {
        assertThat(failing(new IllegalStateException("the folder x holds other data")))
                .isEqualTo(1);
        assertThat(err()).isEqualTo("fail failed: the folder x holds other data\n(--stacktrace shows where)\n");
    }

    @Test
    void failureIsToldInFullOnRequest() {
        assertThat(new CommandLine(List.of(new Failing(new IllegalStateException("no"))), stream(out), stream(err))
                        .run("fail", "--stacktrace"))
                .isEqualTo(1);
        assertThat(err()).startsWith("fail failed: no\njava.lang.IllegalStateException: no\n\tat ");
    }

    @Test
    void failureOfATaskIsToldWithoutSparksLayers() {
        failing(new SparkException(
                "Job aborted due to stage failure: Task 0 in stage 0.0 failed 1 times\n\tat x",
                new UncheckedIOException("cannot read /x/y.avro", new NoSuchFileException("/x/y.avro"))));
        assertThat(err()).isEqualTo("fail failed: cannot read /x/y.avro\n(--stacktrace shows where)\n");
    }

    @Test
    void failureWithoutAMessageIsNamed() {
        failing(new NullPointerException());
        assertThat(err()).startsWith("fail failed: NullPointerException\n");
    }

    private int failing(Exception failure) {
        return new CommandLine(List.of(new Failing(failure)), stream(out), stream(err)).run("fail");
    }

    private int run(String... arguments) {
        return new CommandLine(List.of(new Paint()), stream(out), stream(err)).run(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** Stands for any job. */
    private static final class Paint implements RecipeCommand {
        @Override
        public String name() {
            return "paint";
        }

        @Override
        public String summary() {
            return "paints images";
        }

        @Override
        public List<String> keys() {
            return List.of("images", "data", "train");
        }

        @Override
        public Set<String> required() {
            return Set.of("images");
        }

        @Override
        public Set<String> options() {
            return Set.of("--dry");
        }

        @Override
        public void run(Recipe recipe, Set<String> options, PrintStream out) {
            out.printf("%s %d %s%n", recipe.images(), recipe.train().steps(), options);
        }
    }

    /** Fails as it is told. */
    private record Failing(Exception failure) implements Command {
        @Override
        public String name() {
            return "fail";
        }

        @Override
        public String summary() {
            return "fails";
        }

        @Override
        public String help() {
            return "usage: ./mar fail\n";
        }

        @Override
        public void run(List<String> arguments, PrintStream out) {
            Failing.<RuntimeException>unannounced(failure);
        }

        /** Throws what the compiler would not let pass, as code of Scala's does. */
        @SuppressWarnings("unchecked")
        private static <E extends Exception> void unannounced(Exception failure) throws E {
            throw (E) failure;
        }
    }
}
