package io.github.marspark.jobs.bench;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.latent.EncodedImage;
import io.github.marspark.data.latent.LatentCodec;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentNumbers;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.data.latent.LatentWriter;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.latents.LatentSet;
import io.github.marspark.jobs.recipe.Mirror;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.random.Draws;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Writes latents of KL-16, image and mirror image, to a file of float16 and snappy, reads it back, copies it to the local
 * file of a training, and takes them from there in any order; one thread.
 */
final class LatentFiles {
    private static final AutoencoderConfig CONFIG = AutoencoderConfig.KL_16;
    private static final int DIFFERENT = 64;

    private final LatentHeader header = new LatentHeader(
            "random",
            CONFIG.latentChannels(),
            CONFIG.latentSize(),
            CONFIG.latentSize(),
            1,
            NumberType.FLOAT16,
            CONFIG.resolution(),
            List.of());

    private final List<EncodedImage> images =
            IntStream.range(0, DIFFERENT).mapToObj(this::image).toList();
    private final Path file;
    private final int records;
    private String sha256 = "";

    private LatentFiles(Path file, int records) {
        this.file = file;
        this.records = records;
    }

    static void measure(BenchSettings settings, JsonLines lines) {
        try {
            Path file = Files.createTempFile("latents", ".avro");
            try {
                new LatentFiles(file, settings.count("records")).measureFile(settings, lines);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no file can be made in %s: %s; set another folder with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=…"
                            .formatted(System.getProperty("java.io.tmpdir"), e.getMessage()),
                    e);
        }
    }

    private void measureFile(BenchSettings settings, JsonLines lines) throws IOException {
        Times[] times = Times.interleaved(settings, this::write, this::read, this::copy);
        double megabytes = Files.size(file) / 1e6;
        report("write", times[0], megabytes, lines);
        report("read", times[1], megabytes, lines);
        report("copy", times[2], megabytes, lines);
        try (LatentSet latents = newCopy()) {
            int[] order = new Draws(1).shuffle(0, 0, records);
            report("train", Times.interleaved(settings, () -> take(latents, order))[0], megabytes, lines);
        }
    }

    private void report(String direction, Times times, double megabytes, JsonLines lines) {
        Map<String, Object> results = times.rates("recordsPerSecond", records);
        results.put("megabytesPerSecond", JsonLines.rounded(megabytes / times.median()));
        results.put("direction", direction);
        results.put("records", records);
        results.put("numbersOfARecord", 2 * header.momentCount());
        results.put("fileMegabytes", JsonLines.rounded(megabytes));
        results.put("peakMegabytes", Math.rint(Machine.peakMegabytes()));
        results.put("threads", 1);
        lines.write("avro", results);
    }

    private EncodedImage image(int index) {
        Draws draws = new Draws(1);
        float[] moments = draws.noise(0, index, header.momentCount());
        float[] mirrored = draws.noise(1, index, header.momentCount());
        return new EncodedImage(
                "image/" + index, "image/" + index, LatentHeader.UNLABELLED, null, 500, 375, moments, mirrored);
    }

    private void write() {
        Sha256 sum = new Sha256();
        try (LatentWriter writer = LatentWriter.to(
                sum.writing(new BufferedOutputStream(Files.newOutputStream(file))),
                file.toString(),
                header,
                LatentCodec.SNAPPY)) {
            for (int record = 0; record < records; record++) {
                writer.write(images.get(record % DIFFERENT));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
        }
        sha256 = sum.digits();
    }

    /** Unpacks, as the training does, the moments of the image or of its mirror image. */
    private void read() {
        float[] moments = new float[header.momentCount()];
        try (LatentReader reader = LatentReader.open(file)) {
            for (LatentRecord record : reader) {
                LatentNumbers.unpack(record.getMoments(), record.getNumberType(), moments, 0);
            }
        }
    }

    private LatentSet newCopy() {
        Path folder = file.resolveSibling(".");
        LatentIndex index = new LatentIndex(
                folder.toString(),
                header,
                List.of(new LatentIndex.LatentFile(file.getFileName().toString(), records, sha256)),
                "");
        return LatentSet.copy(index, 0, records, Mirror.HORIZONTAL, file.resolveSibling(file.getFileName() + ".copy"));
    }

    private void copy() {
        newCopy().close();
    }

    /** Each record once, the image or its mirror image. */
    private void take(LatentSet latents, int... order) {
        for (int record : order) {
            float[] moments = record % 2 == 0 ? latents.moments(record) : latents.mirroredMoments(record);
            if (moments.length != header.momentCount()) {
                throw new IllegalStateException("record %d is cut short".formatted(record));
            }
        }
    }
}
