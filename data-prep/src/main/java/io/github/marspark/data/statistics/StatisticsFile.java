package io.github.marspark.data.statistics;

import io.github.marspark.model.evaluation.FeatureStatistics;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Mean and covariance of features as a file of NumPy's {@code .npz}: {@code mu (D)} and {@code sigma (D, D)}, float32 or
 * float64, in C or Fortran order, stored or deflated, and in files of ours {@code n}, the number of images. Other arrays,
 * such as the images in ADM's files, are neither read nor held.
 *
 * @see <a href="https://github.com/openai/guided-diffusion/tree/main/evaluations">ADM's reference statistics</a>
 */
public final class StatisticsFile {
    private static final String MEAN = "mu";
    private static final String COVARIANCE = "sigma";
    private static final String COUNT = "n";
    private static final String ENDING = ".npy";

    /** Values of a mean that no features have; a damaged shape is not believed. */
    private static final int MOST_DIMENSIONS = 1 << 13;

    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);
    private static final int CHUNK_VALUES = 1 << 13;

    private final Path file;
    private final ZipFile zip;

    private StatisticsFile(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    // ---- reading

    /**
     * Reads a file.
     *
     * @param file a local file
     * @return its statistics; the number of images is known if the file tells it
     * @throws StatisticsFileException if it is missing, damaged, no such file, or holds what is no mean and covariance
     */
    public static FeatureStatistics read(Path file) {
        if (!Files.exists(file)) {
            throw new StatisticsFileException(file, "there is no such file; check the path");
        }
        if (Files.isDirectory(file)) {
            throw new StatisticsFileException(file, "is a folder; give a file of statistics, with mu and sigma");
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return new StatisticsFile(file, zip).read();
        } catch (ZipException e) {
            throw new StatisticsFileException(
                    file, "is no whole .npz file (" + e.getMessage() + "); copy it again, or give another", e);
        } catch (IOException e) {
            throw new StatisticsFileException(file, "could not be read: " + e.getMessage(), e);
        }
    }

    private FeatureStatistics read() {
        double[] mean = mean();
        double[] covariance = covariance(mean.length);
        OptionalLong count = count();
        try {
            return new FeatureStatistics(count, mean, covariance);
        } catch (IllegalArgumentException e) {
            throw new StatisticsFileException(
                    file, "is not of statistics: " + e.getMessage(), new IOException(e.getMessage(), e));
        }
    }

    private double[] mean() {
        return with(MEAN, entry -> {
            List<Long> shape = entry.header().shape();
            if (shape.size() != 1 || shape.get(0) < 1 || shape.get(0) > MOST_DIMENSIONS) {
                throw new IOException("is " + entry.header() + ", must be a vector of 1 to " + MOST_DIMENSIONS);
            }
            return entry.doubles(Math.toIntExact(shape.get(0)));
        });
    }

    private double[] covariance(int dimension) {
        return with(COVARIANCE, entry -> {
            if (!entry.header().shape().equals(List.of((long) dimension, (long) dimension))) {
                throw new IOException(
                        "is " + entry.header() + ", must be a square of the " + dimension + " of " + MEAN);
            }
            double[] values = entry.doubles(dimension * dimension);
            return entry.header().fortranOrder() ? transposed(values, dimension) : values;
        });
    }

    private static double[] transposed(double[] values, int dimension) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i % dimension * dimension + i / dimension] = values[i];
        }
        return result;
    }

    private OptionalLong count() {
        return zip.getEntry(COUNT + ENDING) == null
                ? OptionalLong.empty()
                : OptionalLong.of((long) with(COUNT, entry -> entry.doubles(1))[0]);
    }

    @FunctionalInterface
    private interface Reading {
        double[] read(NpzEntry entry) throws IOException;
    }

    private double[] with(String name, Reading reading) {
        ZipEntry place = zip.getEntry(name + ENDING);
        if (place == null) {
            String found = zip.stream()
                    .map(entry -> entry.getName().replaceFirst("\\.npy$", ""))
                    .limit(10)
                    .collect(Collectors.joining(", "));
            throw new StatisticsFileException(
                    file,
                    "has no array " + name + " but " + (found.isEmpty() ? "none at all" : found)
                            + "; give a file of statistics, with mu and sigma");
        }
        try (NpzEntry entry = new NpzEntry(zip, place)) {
            return reading.read(entry);
        } catch (ZipException | EOFException e) {
            throw new StatisticsFileException(
                    file, "array " + name + " is damaged (" + e.getMessage() + "); copy the file again", e);
        } catch (IOException e) {
            throw new StatisticsFileException(
                    file, "array " + name + " " + e.getMessage() + "; copy the file again, or give another", e);
        }
    }

    // ---- writing

    /**
     * Writes statistics as float64; the same statistics always give the same bytes.
     *
     * @param stream what receives the file, left open
     * @throws IOException if the stream fails
     */
    public static void write(FeatureStatistics statistics, OutputStream stream) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(stream);
        long dimension = statistics.dimension();
        write(zip, MEAN, List.of(dimension), statistics.mean());
        write(zip, COVARIANCE, List.of(dimension, dimension), statistics.covariance());
        if (statistics.count().isPresent()) {
            begin(zip, COUNT, new NpyHeader("<i8", false, List.of()));
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            zip.write(bytes.putLong(statistics.count().getAsLong()).array());
            zip.closeEntry();
        }
        zip.finish();
    }

    private static void begin(ZipOutputStream zip, String name, NpyHeader header) throws IOException {
        ZipEntry entry = new ZipEntry(name + ENDING);
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
        header.write(zip);
    }

    private static void write(ZipOutputStream zip, String name, List<Long> shape, double[] values) throws IOException {
        begin(zip, name, new NpyHeader("<f8", false, shape));
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK_VALUES * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int done = 0; done < values.length; done += CHUNK_VALUES) {
            int length = Math.min(CHUNK_VALUES, values.length - done);
            bytes.clear().asDoubleBuffer().put(values, done, length);
            zip.write(bytes.array(), 0, length * Double.BYTES);
        }
        zip.closeEntry();
    }
}
