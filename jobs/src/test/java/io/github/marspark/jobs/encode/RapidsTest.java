package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.Main;
import io.github.marspark.jobs.runtime.SparkSessions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.deploy.SparkSubmit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What RAPIDS plans, which needs its jar but no GPU; run by the Maven profile {@code rapids}. */
@Tag("rapids")
class RapidsTest {
    private static final Pattern OPENS = Pattern.compile("--add-opens=\\S+");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(\\w+Exec)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$");
    private static final Pattern STEP = Pattern.compile("\\S.*");
    private static final Pattern ON_CPU = Pattern.compile("  CPU +(\\w+): (.*)");
    private static final int MOST_MINUTES = 5;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"-1", "10m"})
    void everyOperatorRunsOnTheGpuWhenImagesAreInParquetFiles(String largestBroadcast) throws Exception {
        try (SparkSession spark = SparkSessions.open("rapids test")) {
            Corpus.writeTable(spark, folder.resolve("images"), "a b.parquet", 9, row -> row);
        }
        List<String> lines = explain(
                "encode.source=parquet",
                "encode.duplicates=drop",
                "encode.max-per-class=9",
                "spark.sql.autoBroadcastJoinThreshold=" + largestBroadcast);
        assertThat(lines).startsWith("list the images").anyMatch(line -> line.matches("  GPU +FileSourceScanExec"));
        assertThat(onCpu(lines)).isEmpty();
        assertThat(lines).last().asString().matches("(\\d+) of \\1 operators run on the GPU");
    }

    @ParameterizedTest
    @ValueSource(strings = {"folders", "tar", "idx"})
    void whatDoesNotRunOnTheGpuStandsInTheTable(String source) throws Exception {
        Path image = folder.resolve("images/ash/0.png");
        Files.createDirectories(image.getParent());
        Files.write(image, Corpus.png(0));
        List<String> lines = explain("encode.source=" + source, "encode.duplicates=drop", "encode.max-per-class=9");
        assertThat(onCpu(lines)).isNotEmpty().containsExactlyInAnyOrderElementsOf(table(source));
    }

    @Test
    void tableNamesNothingForParquetFiles() throws IOException {
        assertThat(table("parquet")).isEmpty();
    }

    /** Operator, step and reason of what is on the CPU. */
    private static List<String> onCpu(List<String> lines) {
        List<String> found = new ArrayList<>();
        String step = "";
        for (String line : lines) {
            step = STEP.matcher(line).matches() ? line : step;
            for (MatchResult operator : ON_CPU.matcher(line).results().toList()) {
                found.add(operator.group(1) + " | " + step + " | " + operator.group(2));
            }
        }
        return found;
    }

    private static List<String> table(String source) throws IOException {
        return ROW.matcher(Files.readString(Path.of("../cluster-conf/rapids/README.md")))
                .results()
                .filter(row -> List.of(row.group(3).split(", ")).contains(source))
                .map(row -> row.group(1) + " | " + row.group(2) + " | " + row.group(4))
                .toList();
    }

    /** Starts {@code encode --explain-gpu} as the launcher does; RAPIDS has to be loaded by Spark's own class loader. */
    private List<String> explain(String... settings) throws Exception {
        Path recipe = Files.writeString(
                folder.resolve("flowers.conf"),
                "name = flowers\ndata { image-size = 32, classes = 3 }\n"
                        + "sample.iterations = 4\ntokenizer.attention-resolutions = []");
        List<String> command = new ArrayList<>(List.of(java(), "-XX:TieredStopAtLevel=1"));
        OPENS.matcher(Files.readString(Path.of("../mar")))
                .results()
                .map(MatchResult::group)
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SparkSubmit.class.getName()));
        command.addAll(List.of("--master", "local[1]", "--class", Main.class.getName(), "--jars", rapids()));
        Stream.of(settings)
                .filter(setting -> setting.startsWith("spark."))
                .forEach(setting -> command.addAll(List.of("--conf", setting)));
        command.addAll(List.of("spark-internal", "encode", recipe.toString(), "--explain-gpu"));
        command.addAll(List.of("images=" + folder.resolve("images"), "latents=" + folder.resolve("latents")));
        Stream.of(settings).filter(setting -> setting.startsWith("encode.")).forEach(command::add);
        return run(command);
    }

    private List<String> run(List<String> command) throws IOException, InterruptedException {
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(MOST_MINUTES, TimeUnit.MINUTES))
                    .as("ends within %d minutes", MOST_MINUTES)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        return Files.readAllLines(out);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String rapids() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target/rapids"))) {
            return jars.filter(jar -> jar.toString().endsWith(".jar"))
                    .map(jar -> jar.toAbsolutePath().toString())
                    .findFirst()
                    .orElseThrow();
        }
    }
}
