package io.github.marspark.jobs.bench;

import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.checksum.Sha256;
import io.github.marspark.data.latent.EncodedImage;
import io.github.marspark.data.latent.LatentCodec;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.data.latent.LatentWriter;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.latents.LatentIndex.LatentFile;
import io.github.marspark.model.mar.MarConfig;
import io.github.marspark.model.random.Draws;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A file of latents of random numbers, image and mirror image, in a folder of its own, which is deleted when done. */
final class RandomLatents implements AutoCloseable {
    private static final int DIFFERENT = 64;
    private static final String FILE = "latents.avro";

    private final LatentHeader header;
    private final List<EncodedImage> images;
    private final int records;
    private final Path folder;
    private final AtomicInteger copies = new AtomicInteger();
    private String sha256 = "";

    /**
     * Writes them.
     *
     * @param config of the network that they are for
     * @param records how many
     */
    RandomLatents(MarConfig config, int records) {
        this.header = new LatentHeader(
                "random",
                config.latentChannels(),
                config.latentSize(),
                config.latentSize(),
                1,
                NumberType.FLOAT16,
                config.latentSize(),
                IntStream.range(0, config.classes())
                        .mapToObj("kind %d"::formatted)
                        .toList());
        this.records = records;
        this.images = IntStream.range(0, Math.min(DIFFERENT, records))
                .mapToObj(this::image)
                .toList();
        this.folder = newFolder();
        write();
    }

    private static Path newFolder() {
        try {
            return Files.createTempDirectory("latents");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no file can be made in %s: %s; set another folder with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=…"
                            .formatted(System.getProperty("java.io.tmpdir"), e.getMessage()),
                    e);
        }
    }

    private EncodedImage image(int number) {
        Draws draws = new Draws(1);
        int label = number % header.classNames().size();
        return new EncodedImage(
                "image/" + number,
                "image/" + number,
                label,
                header.classNames().get(label),
                500,
                375,
                draws.noise(0, number, header.momentCount()),
                draws.noise(1, number, header.momentCount()));
    }

    /** Writes the file again. */
    void write() {
        Sha256 sum = new Sha256();
        try (LatentWriter writer = LatentWriter.to(
                sum.writing(new BufferedOutputStream(Files.newOutputStream(file()))),
                file().toString(),
                header,
                LatentCodec.SNAPPY)) {
            for (int record = 0; record < records; record++) {
                writer.write(images.get(record % images.size()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file() + " cannot be written: " + e.getMessage(), e);
        }
        sha256 = sum.digits();
    }

    LatentHeader header() {
        return header;
    }

    int records() {
        return records;
    }

    Path file() {
        return folder.resolve(FILE);
    }

    long bytes() {
        try {
            return Files.size(file());
        } catch (IOException e) {
            throw new UncheckedIOException(file() + " cannot be measured: " + e.getMessage(), e);
        }
    }

    /** As a training finds them. */
    LatentIndex index() {
        return new LatentIndex(folder.toUri().toString(), header, List.of(new LatentFile(FILE, records, sha256)), "");
    }

    /** The name of a file for a copy. */
    Path newLocalFile() {
        return folder.resolve("copy-" + copies.getAndIncrement());
    }

    @Override
    public void close() {
        try {
            Files.delete(file());
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be deleted: " + e.getMessage(), e);
        }
    }
}
