package io.github.marspark.jobs.clusterconf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.properties.PropertiesConfigurationFactory;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads every file of {@code cluster-conf} as the program that it is for would. */
class ClusterConfTest {
    private static final Path ROOT = Path.of("../cluster-conf");
    private static final Pattern KEY =
            Pattern.compile("(?<![\\w./$-])spark\\.[a-z][\\w]*(?:\\.\\w+)*+(?!\\.?[\\w/(*])");
    private static final Pattern INSTRUCTION = Pattern.compile(
            "(ARG|FROM|ENV|COPY|ADD|WORKDIR|RUN|USER|ENTRYPOINT|CMD|LABEL|EXPOSE|VOLUME|SHELL|HEALTHCHECK) \\S.*");
    private static final List<String> OF_EVERY_FOLDER =
            List.of("README.md", "spark-defaults.conf", "log4j2.properties");

    private static List<Path> files() {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> named(String ending) {
        return files().stream().filter(file -> file.toString().endsWith(ending)).toList();
    }

    static List<Path> folders() {
        return files().stream()
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !folder.equals(ROOT))
                .toList();
    }

    static List<Path> scripts() {
        return files().stream().filter(file -> text(file).startsWith("#!")).toList();
    }

    static List<Path> logging() {
        return named("log4j2.properties");
    }

    static List<Path> yaml() {
        return named(".yaml");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Properties properties(Path file) throws IOException {
        Properties properties = new Properties();
        try (InputStream stream = Files.newInputStream(file)) {
            properties.load(stream);
        }
        return properties;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyFolderSaysHowItIsUsed(Path folder) {
        assertThat(OF_EVERY_FOLDER)
                .allSatisfy(name -> assertThat(folder.resolve(name)).isNotEmptyFile());
        assertThat(text(folder.resolve("README.md")))
                .containsSubsequence("**Edit**", "ubmit", "train", "**See that it works**")
                .containsAnyOf("Runs in every test", "has never run", "has run on");
    }

    @Test
    void everyKeyIsKnownToSparkOrRapids() throws IOException {
        KnownKeys known = new KnownKeys();
        Map<String, String> unknown = new TreeMap<>();
        for (Path file : files()) {
            List<String> keys = new ArrayList<>(
                    KEY.matcher(text(file)).results().map(MatchResult::group).toList());
            if (file.endsWith("spark-defaults.conf")) {
                Properties properties = properties(file);
                assertThat(properties).as("%s", file).isNotEmpty();
                keys.addAll(properties.stringPropertyNames());
            }
            keys.stream().filter(key -> !known.contains(key)).forEach(key -> unknown.put(key, file.toString()));
        }
        assertThat(unknown).isEmpty();
        assertThat(known.contains("spark.executor.memorry")).isFalse();
        assertThat(known.contains("spark.rapids.sql.enable")).isFalse();
    }

    @ParameterizedTest
    @MethodSource("logging")
    void loggingIsQuietAboutSparkAndClearAboutUs(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file);
                LoggerContext context = new LoggerContext("cluster-conf")) {
            Configuration configuration =
                    new PropertiesConfigurationFactory().getConfiguration(context, new ConfigurationSource(stream));
            configuration.initialize();
            assertThat(configuration
                            .getLoggerConfig("org.apache.spark.SparkContext")
                            .getLevel())
                    .isEqualTo(Level.WARN);
            assertThat(configuration.getLoggerConfig("io.github.marspark.jobs").getLevel())
                    .isEqualTo(Level.INFO);
            assertThat(configuration.getRootLogger().getAppenders()).containsOnlyKeys("console");
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void bashReadsEveryScript(Path script) throws IOException, InterruptedException {
        assertThat(run(new ProcessBuilder("bash", "-n", script.toString()))).isEmpty();
        assertThat(script).isExecutable();
    }

    @ParameterizedTest
    @MethodSource("yaml")
    void everyYamlDocumentIsAnObjectOfKubernetes(Path file) {
        assertThat(documents(file))
                .isNotEmpty()
                .allSatisfy(document -> assertThat(document).containsKeys("apiVersion", "kind", "metadata"));
    }

    private static List<Map<String, Object>> documents(Path file) {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        List<Map<String, Object>> documents = new ArrayList<>();
        for (Object document : yaml.loadAll(text(file))) {
            assertThat(document).isInstanceOf(Map.class);
            Map<String, Object> checked = new TreeMap<>();
            ((Map<?, ?>) document).forEach((key, value) -> checked.put(key.toString(), value));
            documents.add(checked);
        }
        return documents;
    }

    @Test
    void driverOfKubernetesIsWhereExecutorsLookForIt() throws IOException {
        Properties spark = properties(ROOT.resolve("kubernetes/spark-defaults.conf"));
        List<Map<String, Object>> driver = documents(ROOT.resolve("kubernetes/train.yaml"));
        String all = driver.toString();
        assertThat(spark.getProperty("spark.driver.host")).isEqualTo("mar-driver.mar.svc");
        assertThat(all)
                .contains("name=mar-driver, namespace=mar")
                .contains("port=" + spark.getProperty("spark.driver.port"))
                .contains("port=" + spark.getProperty("spark.driver.blockManager.port"))
                .contains("image=" + spark.getProperty("spark.kubernetes.container.image"))
                .contains("serviceAccountName="
                        + spark.getProperty("spark.kubernetes.authenticate.driver.serviceAccountName"));
        assertThat(ROOT.resolve("kubernetes/executor.yaml")).exists();
        assertThat(spark.getProperty("spark.kubernetes.executor.podTemplateFile"))
                .isEqualTo("/etc/mar/executor.yaml");
    }

    @Test
    void dockerfileHasInstructionsOnly() {
        List<String> instructions = text(ROOT.resolve("kubernetes/Dockerfile"))
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        assertThat(instructions).allMatch(line -> INSTRUCTION.matcher(line).matches());
        assertThat(instructions).anyMatch(line -> line.startsWith("FROM "));
    }

    @Test
    void gpusAreNamedAsSparkReadsThem(@TempDir Path folder) throws IOException, InterruptedException {
        Files.createFile(
                folder.resolve("nvidia-smi"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(folder.resolve("nvidia-smi"), "#!/bin/sh\nprintf '0\\n1\\n'\n");
        ProcessBuilder script = new ProcessBuilder(ROOT.resolve("gpu/gpus").toString());
        script.environment().merge("PATH", folder.toString(), (path, first) -> first + ":" + path);
        ResourceInformation found = ResourceInformation.parseJson(run(script));
        assertThat(found.name()).isEqualTo("gpu");
        assertThat(found.addresses()).containsExactly("0", "1");
    }

    @Test
    void everyFolderIsInTheTableOfContents() {
        String contents = text(ROOT.resolve("README.md"));
        assertThat(folders()).allSatisfy(folder -> assertThat(contents).contains("`" + folder.getFileName() + "/`"));
    }

    private static String run(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
