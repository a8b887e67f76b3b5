package io.github.marspark.jobs.training;

import io.github.marspark.data.image.LineChart;
import io.github.marspark.data.image.PngFile;
import io.github.marspark.jobs.checkpoint.CheckpointFolder;
import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.progress.MetricsFile;
import io.github.marspark.jobs.progress.ProgressWatcher;
import io.github.marspark.jobs.progress.StepReport;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import io.github.marspark.jobs.report.TensorboardEvents;
import io.github.marspark.jobs.report.TrainingMetrics;
import io.github.marspark.jobs.report.TrainingPage;
import io.github.marspark.jobs.report.TrainingReport;
import io.github.marspark.jobs.sample.PreviewFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a training shows of itself: Spark's metrics and TensorBoard's events of each step, {@code loss.png} and {@code
 * report.html} with each checkpoint, and a page. What cannot be shown is told of, and the training goes on. Driver only.
 */
final class TrainingView implements ProgressWatcher, AutoCloseable {
    /** Picture of the loss, next to the checkpoints. */
    static final String LOSS_CURVE = "loss.png";
    /** All there is to know on one page, next to the checkpoints. */
    static final String REPORT = "report.html";

    /** More points than a chart has columns would not be seen. */
    private static final int MOST_POINTS = 600;

    private static final int REFRESH_SECONDS = 10;

    private final Recipe recipe;
    private final CheckpointFolder folder;
    private final FileStore store;
    private final MetricsFile metrics;
    private final PrintStream out;
    private final TrainingMetrics gauges = new TrainingMetrics();
    private final Optional<TensorboardEvents> events;
    private final Optional<TrainingPage> page;
    private CompletableFuture<Void> drawing = CompletableFuture.completedFuture(null);

    /**
     * Of a training that begins now.
     *
     * @throws UncheckedIOException if the page cannot be served, or the events cannot be written
     */
    TrainingView(Recipe recipe, CheckpointFolder folder, MetricsFile metrics, PrintStream out) {
        this.recipe = recipe;
        this.folder = folder;
        this.store = folder.store();
        this.metrics = metrics;
        this.out = out;
        this.events = Optional.of(recipe.tensorboard().folder())
                .filter(address -> !address.isEmpty())
                .map(address -> new TensorboardEvents(FileStore.at(address), SparkNetwork.hostOfThisProcess()));
        this.page = Optional.of(recipe.train().page())
                .filter(where -> !where.isEmpty())
                .map(where -> new TrainingPage(where, () -> report(REFRESH_SECONDS)));
        page.ifPresent(served -> out.println("page: " + served.address()));
    }

    @Override
    public void step(StepReport report) {
        gauges.step(report);
        events.ifPresent(file -> tried("TensorBoard's events", () -> file.step(report)));
    }

    /** Draws beside the training; two pictures are never drawn at once. */
    @Override
    public synchronized void saved(String checkpoint) {
        drawing = drawing.thenRunAsync(() -> tried(REPORT, this::draw));
    }

    private void tried(String what, Runnable work) {
        try {
            work.run();
        } catch (UncheckedIOException | IllegalStateException e) {
            out.println(Storage.shownIn(
                    "%s is not brought up to date, and the training goes on: %s".formatted(what, e.getMessage())));
        }
    }

    /**
     * Draws what there is at the end.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    void finish() {
        drawn().join();
        draw();
    }

    private synchronized CompletableFuture<Void> drawn() {
        return drawing;
    }

    private void draw() {
        drawLosses();
        byte[] html = report(0).html().getBytes(StandardCharsets.UTF_8);
        store.replace(REPORT, stream -> stream.write(html));
        byte[] previews = previews();
        if (previews != null) {
            events.ifPresent(file -> file.previews(previews));
        }
    }

    private void drawLosses() {
        List<LineChart.Point> losses = points(metrics.losses());
        if (!losses.isEmpty()) {
            List<LineChart.Point> validation = points(metrics.validationLosses());
            String title = "loss of " + recipe.name() + (validation.isEmpty() ? "" : ", and validation loss in red");
            byte[] picture = PngFile.bytes(new LineChart(title, "step", losses, validation).draw());
            store.replace(LOSS_CURVE, stream -> stream.write(picture));
        }
    }

    private static List<LineChart.Point> points(Map<Long, Double> values) {
        return values.entrySet().stream()
                .map(value -> new LineChart.Point(value.getKey(), value.getValue()))
                .filter(point -> Double.isFinite(point.y()))
                .toList();
    }

    private TrainingReport report(int refreshSeconds) {
        return new TrainingReport(
                recipe.name(),
                recipe.train().steps(),
                metrics.reports(MOST_POINTS),
                metrics.validationLosses(),
                folder.steps().stream()
                        .map(step -> Storage.shown(folder.address(step)))
                        .toList(),
                Recipes.render(recipe),
                previews(),
                refreshSeconds);
    }

    private byte @Nullable [] previews() {
        String name = PreviewFolder.NAME + "/" + PreviewFolder.SIDE_BY_SIDE;
        if (!store.exists(name)) {
            return null;
        }
        try (InputStream stream = store.read(name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(store.path(name) + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        drawn().join();
        page.ifPresent(TrainingPage::close);
        events.ifPresent(file -> tried("TensorBoard's events", file::close));
        gauges.close();
    }
}
