package io.github.marspark.jobs.bench;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.latent.LatentNumbers;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.latents.LatentSet;
import io.github.marspark.jobs.recipe.Mirror;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.random.Draws;
import java.util.Map;

/**
 * Writes latents of KL-16, image and mirror image, to a file of float16 and snappy, reads it back, copies it to the local
 * file of a training, and takes them from there in any order; one thread.
 */
final class LatentFiles {
    private final RandomLatents latents;

    private LatentFiles(RandomLatents latents) {
        this.latents = latents;
    }

    static void measure(BenchSettings settings, JsonLines lines) {
        try (RandomLatents latents = new RandomLatents(MarConfig.base(), settings.count("records"))) {
            new LatentFiles(latents).measureFile(settings, lines);
        }
    }

    private void measureFile(BenchSettings settings, JsonLines lines) {
        Times[] times = Times.interleaved(settings, latents::write, this::read, this::copy);
        double megabytes = latents.bytes() / 1e6;
        report("write", times[0], megabytes, lines);
        report("read", times[1], megabytes, lines);
        report("copy", times[2], megabytes, lines);
        try (LatentSet copy = newCopy()) {
            int[] order = new Draws(1).shuffle(0, 0, latents.records());
            report("train", Times.interleaved(settings, () -> take(copy, order))[0], megabytes, lines);
        }
    }

    private void report(String direction, Times times, double megabytes, JsonLines lines) {
        Map<String, Object> results = times.rates("recordsPerSecond", latents.records());
        results.put("megabytesPerSecond", JsonLines.rounded(megabytes / times.median()));
        results.put("direction", direction);
        results.put("records", latents.records());
        results.put("numbersOfARecord", 2 * momentCount());
        results.put("fileMegabytes", JsonLines.rounded(megabytes));
        results.put("peakMegabytes", Math.rint(Machine.peakMegabytes()));
        results.put("threads", 1);
        lines.write("avro", results);
    }

    /** Unpacks, as the training does, the moments of the image or of its mirror image. */
    private void read() {
        float[] moments = new float[momentCount()];
        try (LatentReader reader = LatentReader.open(latents.file())) {
            for (LatentRecord record : reader) {
                LatentNumbers.unpack(record.getMoments(), record.getNumberType(), moments, 0);
            }
        }
    }

    private int momentCount() {
        return latents.header().momentCount();
    }

    private LatentSet newCopy() {
        return LatentSet.copy(latents.index(), 0, latents.records(), Mirror.HORIZONTAL, latents.newLocalFile());
    }

    private void copy() {
        newCopy().close();
    }

    /** Each record once, the image or its mirror image. */
    private void take(LatentSet copy, int... order) {
        for (int record : order) {
            float[] moments = record % 2 == 0 ? copy.moments(record) : copy.mirroredMoments(record);
            if (moments.length != momentCount()) {
                throw new IllegalStateException("record %d is cut short".formatted(record));
            }
        }
    }
}
