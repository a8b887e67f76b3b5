package io.github.marspark.jobs.report;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.progress.StepReport;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** What a training tells TensorBoard: the numbers of its steps, and its previews. Driver only; thread-safe. */
public final class TensorboardEvents implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final EventFile file;
    private long lastStep;
    private long flushed = System.nanoTime();

    /**
     * Begins a file.
     *
     * @param folder where TensorBoard looks
     * @param host of the driver
     * @throws UncheckedIOException if it cannot be written
     */
    public TensorboardEvents(FileStore folder, String host) {
        this.file = new EventFile(folder, host);
    }

    /**
     * Tells of a step.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public synchronized void step(StepReport report) {
        lastStep = report.step();
        file.addScalars(report.step(), numbers(report));
        if (System.nanoTime() - flushed > PAUSE.toNanos()) {
            flush();
        }
    }

    private static Map<String, Double> numbers(StepReport report) {
        Map<String, Double> numbers = new TreeMap<>(Map.of(
                "training/loss", report.loss(),
                "training/learning rate", report.learningRate(),
                "training/gradient norm", report.gradientNorm(),
                "training/epoch", report.epoch(),
                "speed/images per second", report.imagesPerSecond(),
                "speed/computing", report.computing(),
                "speed/waiting", report.waiting(),
                "speed/communicating", report.communicating()));
        Double validation = report.validationLoss();
        if (validation != null) {
            numbers.put("validation/loss", validation);
        }
        return numbers;
    }

    /**
     * Shows the previews.
     *
     * @param png a picture of all of them
     * @throws UncheckedIOException if it cannot be written
     */
    public synchronized void previews(byte[] png) {
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
            file.addImage(lastStep, "previews", png, picture.getWidth(), picture.getHeight());
        } catch (IOException e) {
            throw new UncheckedIOException("the previews are no picture: " + e.getMessage(), e);
        }
        flush();
    }

    private void flush() {
        file.flush();
        flushed = System.nanoTime();
    }

    @Override
    public synchronized void close() {
        file.close();
    }
}
