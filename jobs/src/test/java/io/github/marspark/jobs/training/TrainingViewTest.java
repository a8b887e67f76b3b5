package io.github.marspark.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.marspark.jobs.cluster.LocalSpark;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.progress.MetricsFile;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.RecipeException;
import io.github.marspark.jobs.report.Browser;
import io.github.marspark.jobs.report.EventReader;
import io.github.marspark.jobs.report.EventReader.Event;
import io.github.marspark.jobs.report.TrainingMetrics;
import io.github.marspark.jobs.report.TrainingPage;
import io.github.marspark.jobs.report.TrainingReport;
import io.github.marspark.jobs.runtime.ExecutorWish;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of a training while it runs and afterwards, by people and by their programs. */
@Timeout(180)
class TrainingViewTest {
    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    private static final Pattern PAGE = Pattern.compile("page: (http://127\\.0\\.0\\.1:\\d+/)");

    @TempDir
    Path folder;

    private Recipe recipe(String... settings) {
        Recipe recipe = TinyTraining.recipe(folder.resolve("out"), settings);
        TinyTraining.writeLatents(recipe, 30);
        return recipe;
    }

    private static JavaSparkContext spark() {
        return JavaSparkContext.fromSparkContext(SPARK.session().sparkContext());
    }

    private List<JsonNode> metrics(Recipe recipe) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(recipe.checkpoints(), MetricsFile.NAME))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void tensorboardReadsTheNumbersOfEveryStep() throws IOException {
        Path events = folder.resolve("events");
        Recipe recipe =
                recipe("tensorboard.folder=" + events, "train.validation.share=0.3", "train.validation.every-steps=10");
        TinyTraining.train(spark(), recipe, OptionalInt.of(2));
        List<Event> read = EventReader.read(file(events));
        assertThat(read.get(0).version()).isEqualTo("brain.Event:2");
        List<JsonNode> lines = metrics(recipe);
        assertThat(read).hasSize(1 + lines.size());
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line = lines.get(i);
            Map<String, Float> numbers = read.get(i + 1).numbers();
            assertThat(read.get(i + 1).step()).isEqualTo(line.get("step").asLong());
            assertThat(numbers.get("training/loss"))
                    .isEqualTo((float) line.get("loss").asDouble());
            assertThat(numbers.get("training/gradient norm"))
                    .isEqualTo((float) line.get("gradientNorm").asDouble());
            assertThat(numbers.containsKey("validation/loss")).isEqualTo(line.has("validationLoss"));
            assertThat(line.get("imagesPerSecondByRank")).hasSize(2);
        }
    }

    private static Path file(Path events) throws IOException {
        try (Stream<Path> files = Files.list(events)) {
            List<Path> named = files.filter(
                            path -> path.getFileName().toString().matches("events\\.out\\.tfevents\\.\\d{10}\\..+"))
                    .toList();
            assertThat(named).hasSize(1);
            return named.get(0);
        }
    }

    @Test
    void theReportIsWrittenWithEachCheckpointAndABrowserShowsItsNumbers() throws Exception {
        Recipe recipe = recipe("train.validation.share=0.3", "train.validation.every-steps=5");
        assertThat(TinyTraining.train(spark(), recipe, OptionalInt.of(2)))
                .contains("; " + recipe.checkpoints() + "/report.html");
        Path report = Path.of(recipe.checkpoints(), TrainingView.REPORT);
        JsonNode last = metrics(recipe).get(19);
        assertThat(report)
                .content()
                .contains("<b id=\"step\">20</b> of 20", last.get("loss").toString(), "step-00000020", "rank 1")
                .contains("global-batch=8")
                .doesNotContain("http", "<script");
        assumeThat(Browser.installed()).isPresent();
        Browser.Seen seen = Browser.look(report.toUri().toString(), Files.createDirectories(folder.resolve("seen")));
        assertThat(seen.dom()).contains("<b id=\"loss\">" + last.get("loss") + "</b>");
        assertThat(seen.console()).isEmpty();
        assertThat(seen.requested()).isEmpty();
        assertIsPicture(seen.screenshot());
    }

    /** Of each curve there is ink of its colour on the picture. */
    private static void assertIsPicture(Path screenshot) throws IOException {
        BufferedImage picture = ImageIO.read(screenshot.toFile());
        assertThat(picture.getWidth()).isEqualTo(1200);
        long blue = 0;
        long dark = 0;
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                int rgb = picture.getRGB(x, y) & 0xffffff;
                blue += rgb == 0x1f5fa8 ? 1 : 0;
                dark += rgb == 0x202020 ? 1 : 0;
            }
        }
        assertThat(blue).as("pixels of curves").isGreaterThan(200);
        assertThat(dark).as("pixels of letters").isGreaterThan(200);
    }

    @Test
    void thePageIsServedWhileTheTrainingRunsAndOnlyThen() throws Exception {
        Recipe recipe = recipe("train.page=0", "train.steps=400");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        CompletableFuture<Void> training = CompletableFuture.runAsync(
                () -> new TrainingJob(recipe, "test", out).run(spark(), ExecutorWish.of(OptionalInt.of(1))));
        URI page = URI.create(address(said));
        HttpClient client = HttpClient.newHttpClient();
        String html = "";
        while (!html.contains("id=\"loss\"")) {
            html = client.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
        assertThat(html).contains("Training of tiny", " of 400,", "http-equiv=\"refresh\"");
        HttpRequest post = HttpRequest.newBuilder(page)
                .POST(HttpRequest.BodyPublishers.ofString("stop"))
                .build();
        assertThat(client.send(post, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(405);
        HttpRequest other = HttpRequest.newBuilder(page.resolve("/etc/passwd")).build();
        assertThat(client.send(other, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(404);
        training.get(100, TimeUnit.SECONDS);
        assertThatThrownBy(
                        () -> client.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.discarding()))
                .isInstanceOf(IOException.class);
    }

    private static String address(ByteArrayOutputStream said) throws InterruptedException {
        while (true) {
            Matcher found = PAGE.matcher(said.toString(StandardCharsets.UTF_8));
            if (found.find()) {
                return found.group(1);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void aBrowserShowsThePageAndAsksForNothingElse() throws Exception {
        assumeThat(Browser.installed()).isPresent();
        Recipe recipe = recipe();
        TinyTraining.train(spark(), recipe, OptionalInt.of(1));
        MetricsFile metrics = new MetricsFile(FileStore.at(recipe.checkpoints()));
        TrainingReport report = new TrainingReport(
                "tiny", 20, metrics.reports(600), Map.of(), List.of("step-00000020"), "name = tiny", null, 10);
        try (TrainingPage page = new TrainingPage("0", () -> report)) {
            Browser.Seen seen = Browser.look(page.address(), Files.createDirectories(folder.resolve("seen")));
            assertThat(seen.dom())
                    .contains("<b id=\"loss\">" + metrics(recipe).get(19).get("loss") + "</b>");
            assertThat(seen.console()).isEmpty();
            assertThat(seen.requested()).isEmpty();
            assertIsPicture(seen.screenshot());
        }
    }

    /** Without which the two tests before this would prove nothing. */
    @Test
    void theBrowserTellsWhatAPageAsksForAndSays() throws Exception {
        assumeThat(Browser.installed()).isPresent();
        Path asking = Files.writeString(
                folder.resolve("asking.html"),
                "<img src='http://127.0.0.1:9/elsewhere.png'><script>console.error('ouch')</script>");
        Browser.Seen seen = Browser.look(asking.toUri().toString(), Files.createDirectories(folder.resolve("seen")));
        assertThat(seen.requested()).contains("http://127.0.0.1:9/elsewhere.png");
        assertThat(seen.console()).anyMatch(line -> line.contains("ouch"));
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            Recipe recipe = recipe("train.page=127.0.0.1:" + taken.getLocalPort());
            assertThatThrownBy(() -> TinyTraining.train(spark(), recipe, OptionalInt.of(1)))
                    .hasMessage(
                            "train.page is 127.0.0.1:%d, where no page can be served: Address already in use; give another port",
                            taken.getLocalPort());
        }
        assertThatThrownBy(() -> recipe("train.page=everywhere"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(
                        "train.page is \"everywhere\", must be a port such as 8090, or an address and a port such as 0.0.0.0:8090");
    }

    @Test
    void sparksMetricsHaveTheLatestStep() {
        Recipe recipe = recipe();
        List<Double> seen = new ArrayList<>();
        try (TrainingMetrics metrics = new TrainingMetrics()) {
            TinyTraining.train(spark(), recipe, OptionalInt.of(1));
            metrics.step(new MetricsFile(FileStore.at(recipe.checkpoints()))
                    .reports(1)
                    .get(0));
            metrics.metricRegistry().getGauges().forEach((name, gauge) -> {
                if (name.equals("loss")) {
                    seen.add((Double) gauge.getValue());
                }
            });
        }
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0)).isCloseTo(TinyTraining.losses(recipe).get(20L), within(0.0));
    }
}
