package io.github.marspark.jobs.encode;

import io.github.marspark.data.image.RgbImage;
import io.github.marspark.data.latent.EncodedImage;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentWriter;
import io.github.marspark.jobs.encode.LatentFileReport.CodeCount;
import io.github.marspark.jobs.encode.LatentFileReport.LabelCount;
import io.github.marspark.jobs.images.ImageLoader;
import io.github.marspark.jobs.images.ImageLoader.Loaded;
import io.github.marspark.jobs.images.SourceImage;
import io.github.marspark.model.autoencoder.CodeUsage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.Path;

/**
 * Encodes the images of one latent file and writes it; on executors, for one thread.
 *
 * <p>Batches are cut from the usable images in their order, so the bytes do not depend on who writes them, or how often.
 */
final class LatentFileEncoder {
    private static final int BATCHES_AHEAD = 2;

    private final LatentFileSettings settings;
    private final EncoderSource source;
    private final LatentHeader header;
    private final LatentFolder folder;
    private final LongConsumer progress;

    /**
     * An encoder of latent files.
     *
     * @param settings of all files
     * @param source of the tokenizer
     * @param progress is told how many images more are done
     */
    LatentFileEncoder(LatentFileSettings settings, EncoderSource source, LongConsumer progress) {
        this.settings = settings;
        this.source = source;
        this.header = settings.header(source.space());
        this.folder = new LatentFolder(settings.folder());
        this.progress = progress;
    }

    /**
     * Writes a latent file, and then its report.
     *
     * @param file its number
     * @param images in the order of their ids
     */
    void encode(int file, Iterator<SourceImage> images) {
        Path temporary = folder.temporary();
        try {
            LatentFileReport report = write(file, images, temporary);
            folder.publish(temporary, LatentFolder.file(file));
            folder.write(LatentFolder.report(file), report.toJson());
        } finally {
            folder.delete(temporary);
        }
    }

    private LatentFileReport write(int file, Iterator<SourceImage> images, Path temporary) {
        int threads = Math.min(settings.threads(), Runtime.getRuntime().availableProcessors());
        ImageLoader loader = new ImageLoader(settings.imageSize(), settings.maxPixels());
        try (LoadedImages loaded = new LoadedImages(images, loader, threads, BATCHES_AHEAD * settings.batch());
                MeasuredStream stream = new MeasuredStream(folder.create(temporary))) {
            Written written = writeAll(file, loaded, source.open(threads), stream);
            return new LatentFileReport(
                    LatentFolder.file(file),
                    loaded.taken(),
                    written.records(),
                    stream.bytes(),
                    stream.sha256Digits(),
                    written.clampedValues(),
                    counts(written.labels()),
                    loaded.rejects(),
                    CodeCount.of(written.codes()));
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    folder.path(LatentFolder.file(file)) + " cannot be written: " + failure.getMessage(), failure);
        }
    }

    private record Written(long records, long clampedValues, Map<Integer, Long> labels, CodeUsage codes) {}

    private Written writeAll(int file, LoadedImages loaded, ImageEncoder encoder, OutputStream stream) {
        Map<Integer, Long> labels = new TreeMap<>();
        CodeUsage codes = new CodeUsage(header.codes());
        try (LatentWriter writer =
                LatentWriter.to(stream, folder.path(LatentFolder.file(file)).toString(), header, settings.codec())) {
            writeBatches(loaded, encoder, writer, labels, codes);
            return new Written(writer.records(), writer.clampedValues(), labels, codes);
        }
    }

    private void writeBatches(
            LoadedImages loaded,
            ImageEncoder encoder,
            LatentWriter writer,
            Map<Integer, Long> labels,
            CodeUsage codes) {
        long told = 0;
        for (List<Loaded> batch = loaded.next(settings.batch());
                !batch.isEmpty();
                batch = loaded.next(settings.batch())) {
            Encoded straight = encode(encoder, batch, UnaryOperator.identity());
            Encoded mirrored = encode(encoder, batch, RgbImage::mirrored);
            codes.add(straight.ids);
            for (int index = 0; index < batch.size(); index++) {
                write(writer, batch.get(index), straight.of(index, header), mirrored.of(index, header));
                labels.merge(batch.get(index).source().label(), 1L, Long::sum);
            }
            progress.accept(loaded.taken() - told);
            told = loaded.taken();
        }
        progress.accept(loaded.taken() - told);
    }

    /** Moments and ids of one or more images. */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record Encoded(float[] moments, int[] ids) {
        Encoded of(int index, LatentHeader header) {
            int count = header.momentCount();
            int places = header.codes() == 0 ? 0 : header.height() * header.width();
            return new Encoded(
                    Arrays.copyOfRange(moments, index * count, (index + 1) * count),
                    Arrays.copyOfRange(ids, index * places, (index + 1) * places));
        }
    }

    private Encoded encode(ImageEncoder encoder, List<Loaded> batch, UnaryOperator<RgbImage> change) {
        int size = RgbImage.CHANNELS * settings.imageSize() * settings.imageSize();
        float[] images = new float[batch.size() * size]; // (B, 3, S, S)
        for (int index = 0; index < batch.size(); index++) {
            float[] image = change.apply(batch.get(index).crop()).normalized();
            System.arraycopy(image, 0, images, index * size, size);
        }
        float[] moments = encoder.encode(images); // (B, 2 Z, h, w)
        return new Encoded(moments, encoder.ids(moments));
    }

    private void write(LatentWriter writer, Loaded image, Encoded straight, Encoded mirrored) {
        SourceImage origin = image.source();
        try {
            writer.write(new EncodedImage(
                    origin.id(),
                    origin.path(),
                    origin.label(),
                    origin.labelName(settings.classNames()),
                    image.width(),
                    image.height(),
                    straight.moments,
                    mirrored.moments,
                    straight.ids,
                    mirrored.ids));
        } catch (IllegalArgumentException notNumbers) {
            throw new IllegalStateException(
                    "the latents of %s are no numbers (%s); train the tokenizer again"
                            .formatted(origin.path(), notNumbers.getMessage()),
                    notNumbers);
        }
    }

    private static List<LabelCount> counts(Map<Integer, Long> labels) {
        return labels.entrySet().stream()
                .map(entry -> new LabelCount(entry.getKey(), entry.getValue()))
                .toList();
    }
}
