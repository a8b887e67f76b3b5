package io.github.marspark.jobs.inspect;

import io.github.marspark.data.avro.LatentRecord;
import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.latent.CodeNumbers;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentNumbers;
import io.github.marspark.data.latent.LatentReader;
import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.model.autoencoder.CodeUsage;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What all records of some files of latents are together. */
public final class LatentSummary {
    private static final int FIRST = 5;

    private final LatentHeader header;
    private final Map<Integer, Long> labels = new TreeMap<>();
    private final DoubleSummaryStatistics means = new DoubleSummaryStatistics();
    private final DoubleSummaryStatistics logVariances = new DoubleSummaryStatistics();
    private final CodeUsage codes;
    private final List<String> first = new ArrayList<>();
    private double squares;
    private long records;

    private LatentSummary(LatentHeader header) {
        this.header = header;
        this.codes = new CodeUsage(header.codes());
    }

    /**
     * Reads every record.
     *
     * @param each is told of each file when it has been read
     * @throws IllegalStateException if the files do not belong together
     * @throws UncheckedIOException if one is damaged
     */
    public static LatentSummary of(FileStore store, List<String> files, Consumer<SeenFile> each) {
        LatentSummary summary = new LatentSummary(header(store, files.get(0)));
        for (String file : files) {
            LatentHeader other = header(store, file);
            if (!other.equals(summary.header)) {
                throw new IllegalStateException("%s and %s do not belong together: %s and %s"
                        .formatted(store.path(files.get(0)), store.path(file), summary.header, other));
            }
            each.accept(summary.see(store, file));
        }
        return summary;
    }

    private SeenFile see(FileStore store, String file) {
        Map<Integer, Long> counts = new TreeMap<>();
        Sha256 sum = new Sha256();
        String name = store.path(file).toString();
        long bytes;
        try (InputStream stream = sum.reading(store.read(file));
                LatentReader reader = LatentReader.of(stream, name)) {
            bytes = store.length(file);
            reader.forEach(record -> add(record, counts));
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read: " + e.getMessage(), e);
        }
        counts.forEach((label, count) -> labels.merge(label, count, Long::sum));
        return new SeenFile(file, bytes, sum.digits(), counts);
    }

    /** What the records of a file have in common. */
    static LatentHeader header(FileStore store, String file) {
        List<LatentHeader> header = new ArrayList<>();
        read(store, file, reader -> header.add(reader.header()));
        return header.get(0);
    }

    /** Opens a file, looks, and closes it. */
    static void read(FileStore store, String file, Consumer<LatentReader> use) {
        String name = store.path(file).toString();
        try (LatentReader reader = LatentReader.of(store.read(file), name)) {
            use.accept(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void add(LatentRecord record, Map<Integer, Long> counts) {
        records++;
        counts.merge(record.getLabel(), 1L, Long::sum);
        float[] moments = LatentNumbers.unpack(record.getMoments(), record.getNumberType());
        for (int i = 0; i < moments.length; i++) {
            if (i < header.latentCount()) {
                means.accept(moments[i]);
                squares += (double) moments[i] * moments[i];
            } else {
                logVariances.accept(moments[i]);
            }
        }
        if (record.getCodes() != null) {
            codes.add(CodeNumbers.unpack(record.getCodes(), header.codes()));
        }
        if (first.size() < FIRST) {
            first.add("%s  label %d  %d x %d  %s"
                    .formatted(
                            record.getId(),
                            record.getLabel(),
                            record.getWidth(),
                            record.getHeight(),
                            record.getPath()));
        }
    }

    /** Prints all of it. */
    public void print(FileStore store, List<String> files, PrintStream out) {
        out.printf(
                "%s: latents, %,d records in %d file%s%n",
                files.size() == 1 ? store.path(files.get(0)) : store.path(),
                records,
                files.size(),
                files.size() == 1 ? "" : "s");
        out.printf("tokenizer      %s%n", header.tokenizerFingerprint());
        out.printf("scale          %s, not applied%n", header.scaleFactor());
        if (header.codes() > 0) {
            out.printf("codes          an id a place, %s%n", codes);
        }
        out.printf(
                "moments        %s of %s, crops of %d pixels%n",
                header.shape(), header.numberType(), header.imageSize());
        double mean = means.getAverage();
        double deviation = Math.sqrt(Math.max(0, squares / Math.max(1, means.getCount()) - mean * mean));
        out.printf("means          %s, deviation %.4g%n", range(means), deviation);
        if (header.codes() == 0) {
            out.printf("log variances  %s%n", range(logVariances));
        }
        labels.forEach((label, count) -> out.printf("%-14s %,d records%n", nameOf(label), count));
        out.println("first records");
        first.forEach(line -> out.println("  " + line));
    }

    private String nameOf(int label) {
        return label == LatentHeader.UNLABELLED
                ? "unlabelled"
                : "%d %s".formatted(label, header.classNames().get(label));
    }

    private static String range(DoubleSummaryStatistics values) {
        return values.getCount() == 0
                ? "none"
                : "%.4g to %.4g, mean %.4g".formatted(values.getMin(), values.getMax(), values.getAverage());
    }
}
