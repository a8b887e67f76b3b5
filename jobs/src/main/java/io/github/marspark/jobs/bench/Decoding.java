package io.github.marspark.jobs.bench;

import io.github.marspark.data.image.CenterCrop;
import io.github.marspark.data.image.ImageDecoder;
import io.github.marspark.data.image.ImageLimits;
import io.github.marspark.data.image.RgbImage;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;

/** Decodes a JPEG of ImageNet's usual size and cuts its centre, on several threads. */
final class Decoding {
    private static final int WIDTH = 500;
    private static final int HEIGHT = 375;
    private static final int SIDE = 256;

    /** Pixels of the picture that one random colour spreads over. */
    private static final int SPOT = 25;

    private Decoding() {}

    static void measure(BenchSettings settings, JsonLines lines) {
        byte[] jpeg = jpeg();
        int images = settings.count("images");
        ExecutorService pool = Executors.newFixedThreadPool(settings.threads());
        try {
            Times taken = Times.interleaved(settings, () -> decode(pool, jpeg, images))[0];
            Map<String, Object> results = taken.rates("imagesPerSecond", images);
            results.put("jpeg", "%d x %d, %d bytes".formatted(WIDTH, HEIGHT, jpeg.length));
            results.put("crop", SIDE);
            results.put("images", images);
            results.put("peakMegabytes", Math.rint(Machine.peakMegabytes()));
            lines.write("decode", results);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void decode(ExecutorService pool, byte[] jpeg, int images) {
        ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
        CenterCrop crop = new CenterCrop(SIDE);
        Callable<RgbImage> work = () -> crop.apply(decoder.decode(jpeg));
        try {
            for (Future<RgbImage> done : pool.invokeAll(Collections.nCopies(images, work))) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while images were decoded", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the picture of the benchmark cannot be decoded", e);
        }
    }

    /** A picture of soft random spots. */
    private static byte[] jpeg() {
        BufferedImage spots = new BufferedImage(WIDTH / SPOT, HEIGHT / SPOT, BufferedImage.TYPE_INT_RGB);
        int[] colours =
                new Random(1).ints((long) spots.getWidth() * spots.getHeight()).toArray();
        spots.setRGB(0, 0, spots.getWidth(), spots.getHeight(), colours, 0, spots.getWidth());
        BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(spots, 0, 0, WIDTH, HEIGHT, null);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "jpeg", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("no JPEG can be made in memory", e);
        }
        return bytes.toByteArray();
    }
}
