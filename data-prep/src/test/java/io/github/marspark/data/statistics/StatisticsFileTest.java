package io.github.marspark.data.statistics;

import static io.github.marspark.model.fixtures.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.evaluation.FeatureStatistics;
import io.github.marspark.model.evaluation.FeatureTable;
import io.github.marspark.model.evaluation.FrechetDistance;
import io.github.marspark.model.fixtures.FidFixtures;
import io.github.marspark.model.fixtures.Npz;
import io.github.marspark.model.tensor.Threads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatisticsFileTest {
    private static final Threads THREADS = new Threads(1);

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("statistics.npz");
    }

    /** Both published forms: plain, and ADM's with other arrays and a covariance in Fortran order. */
    @ParameterizedTest
    @ValueSource(strings = {"stats_plain.npz", "stats_adm.npz"})
    void readsThePublishedForms(String name) throws IOException {
        try (InputStream stream = FidFixtures.FOLDER.open(name)) {
            Files.copy(stream, file());
        }
        FeatureStatistics reference = StatisticsFile.read(file());
        assertThat(reference.count()).isEmpty();
        Npz metrics = FidFixtures.npz("metrics");
        FeatureTable features = new FeatureTable(metrics.doubles("features_1"), metrics.shape("features_1")[1]);
        FeatureStatistics generated = FeatureStatistics.of(features, THREADS);
        double expected = metrics.scalar("stats.fid");
        assertThat(FrechetDistance.between(generated, reference, THREADS).value())
                .isCloseTo(expected, Offset.offset(1e-9 * Math.max(1, expected)));
        assertClose("sigma", reference.covariance(), metrics.doubles("sigma_2"), 1e-6); // of features as float32
    }

    @Test
    void whatIsWrittenIsReadAgainToTheBit() throws IOException {
        FeatureStatistics statistics = FeatureStatistics.of(
                new FeatureTable(FidFixtures.npz("metrics").doubles("ties.features_1"), 2), THREADS);
        byte[] bytes = written(statistics);
        assertThat(written(statistics)).isEqualTo(bytes);
        Files.write(file(), bytes);
        FeatureStatistics read = StatisticsFile.read(file());
        assertThat(read.count()).isEqualTo(statistics.count());
        assertThat(read.mean()).isEqualTo(statistics.mean());
        assertThat(read.covariance()).isEqualTo(statistics.covariance());
    }

    private static byte[] written(FeatureStatistics statistics) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StatisticsFile.write(statistics, bytes);
        return bytes.toByteArray();
    }

    @Test
    void statisticsOfUnknownCountHaveNone() throws IOException {
        FeatureStatistics statistics =
                new FeatureStatistics(OptionalLong.empty(), new double[] {5}, new double[] {0.25});
        Files.write(file(), written(statistics));
        assertThat(StatisticsFile.read(file()).count()).isEmpty();
    }

    /** The form that other programs read: header of a multiple of 64 bytes, C order, little-endian. */
    @Test
    void theHeaderIsAsNumpyWritesIt() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new NpyHeader("<f8", false, List.of(16L)).write(bytes);
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        assertThat(text)
                .hasSize(128)
                .startsWith("\u0093NUMPY\u0001\u0000v\u0000")
                .endsWith(" \n");
        assertThat(text).contains("{'descr': '<f8', 'fortran_order': False, 'shape': (16,), }");
    }

    // ---- other forms

    private static byte[] array(String type, String order, String shape, double... values) {
        String header = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
        ByteBuffer bytes = ByteBuffer.allocate(10 + header.length() + values.length * 8);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort((short) header.length()).put(header.getBytes(StandardCharsets.ISO_8859_1));
        bytes.order(type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            switch (type.substring(1)) {
                case "f4" -> bytes.putFloat((float) value);
                case "i8" -> bytes.putLong((long) value);
                default -> bytes.putDouble(value);
            }
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private void write(Map<String, byte[]> arrays) throws IOException {
        try (OutputStream stream = Files.newOutputStream(file());
                ZipOutputStream zip = new ZipOutputStream(stream)) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
                zip.write(array.getValue());
                zip.closeEntry();
            }
        }
    }

    private static Map<String, byte[]> arrays(byte[] mean, byte[] covariance) {
        return new TreeMap<>(Map.of("mu", mean, "sigma", covariance));
    }

    private static final byte[] MEAN = array("<f4", "False", "(2,)", 1, 2);
    private static final byte[] COVARIANCE = array("<f8", "False", "(2, 2)", 4, 1, 1, 9);

    @ParameterizedTest
    @ValueSource(strings = {"<f4", "<f8", ">f4", ">f8"})
    void numbersOfEitherSizeAndByteOrderAreRead(String type) throws IOException {
        write(arrays(array(type, "False", "(2,)", 1, 2), array(type, "True", "(2, 2)", 4, 1, 1, 9)));
        FeatureStatistics statistics = StatisticsFile.read(file());
        assertThat(statistics.mean()).containsExactly(1, 2);
        assertThat(statistics.covariance()).containsExactly(4, 1, 1, 9);
    }

    // ---- what is refused

    private void assertRefused(String message) {
        assertThatThrownBy(() -> StatisticsFile.read(file()))
                .isInstanceOf(StatisticsFileException.class)
                .hasMessage(file() + ": " + message);
    }

    @Test
    void whatIsNoFileOfStatisticsIsRefused() throws IOException {
        assertRefused("there is no such file; check the path");
        assertThatThrownBy(() -> StatisticsFile.read(folder))
                .isInstanceOf(StatisticsFileException.class)
                .hasMessage(folder + ": is a folder; give a file of statistics, with mu and sigma");
        Files.writeString(file(), "version https://git-lfs.github.com/spec/v1");
        assertThatThrownBy(() -> StatisticsFile.read(file()))
                .isInstanceOf(StatisticsFileException.class)
                .hasMessageStartingWith(file() + ": is no whole .npz file (")
                .hasMessageEndingWith("); copy it again, or give another");
    }

    @Test
    void missingArraysAreNamed() throws IOException {
        write(Map.of());
        assertRefused("has no array mu but none at all; give a file of statistics, with mu and sigma");
        write(new TreeMap<>(Map.of("arr_0", MEAN, "mu", MEAN)));
        assertRefused("has no array sigma but arr_0, mu; give a file of statistics, with mu and sigma");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<f8 | (2,2)  | array mu is <f8 (2, 2), must be a vector of 1 to 8192",
                "<f8 | (0,)   | array mu is <f8 (0), must be a vector of 1 to 8192",
                "<f8 | (9999,)| array mu is <f8 (9999), must be a vector of 1 to 8192",
                "<c8 | (2,)   | array mu holds numbers of type <c8, must be float32 or float64",
                "<f8 | (3,)   | array mu ends after 2 of 3 values",
                "<f8 | (1,)   | array mu goes on behind its last value",
                "<f8 | (x,)   | array mu has a header without shape",
                "<f8 | (99999999999999999999,) | array mu has the shape (99999999999999999999,)",
            })
    void meansOfOtherShapesAndTypesAreRefused(String type, String shape, String message) throws IOException {
        write(arrays(array(type, "False", shape, 1, 2), COVARIANCE));
        assertRefused(message + "; copy the file again, or give another");
    }

    @Test
    void covariancesOfAnotherDimensionAreRefused() throws IOException {
        write(arrays(array("<f8", "False", "(3,)", 1, 2, 3), COVARIANCE));
        assertRefused(
                "array sigma is <f8 (2, 2), must be a square of the 3 of mu; copy the file again, or give another");
    }

    @Test
    void numbersThatAreNoStatisticsAreRefused() throws IOException {
        write(arrays(array("<f8", "False", "(2,)", 1, Double.NaN), COVARIANCE));
        assertRefused("is not of statistics: mean holds NaN at 1, must be finite");
        write(arrays(MEAN, array("<f8", "False", "(2, 2)", 4, 1, 2, 9)));
        assertRefused("is not of statistics: covariance holds 2.0 at (1, 0) and 1.0 at (0, 1), must be symmetric");
        Map<String, byte[]> arrays = arrays(MEAN, COVARIANCE);
        arrays.put("n", array("<i8", "False", "()", 1));
        write(arrays);
        assertRefused("is not of statistics: count is 1, must be at least 2");
    }

    @Test
    void damagedHeadersAreRefused() throws IOException {
        write(arrays("text".getBytes(StandardCharsets.UTF_8), COVARIANCE));
        assertRefused("array mu does not begin as an array of NumPy; copy the file again, or give another");
        byte[] cut = Arrays.copyOf(MEAN, 40);
        write(arrays(cut, COVARIANCE));
        assertRefused("array mu ends inside its header; copy the file again, or give another");
        byte[] long2 = MEAN.clone();
        long2[6] = 2;
        long2[11] = 0x7f;
        write(arrays(long2, COVARIANCE));
        assertThatThrownBy(() -> StatisticsFile.read(file()))
                .isInstanceOf(StatisticsFileException.class)
                .hasMessageContaining("array mu has a header of ");
    }

    /** Whatever byte is altered, the file is answered by a sentence, or gives what it held. */
    @Test
    void alteredFilesAreAnsweredByASentence() throws IOException {
        FeatureStatistics statistics =
                new FeatureStatistics(OptionalLong.of(7), new double[] {1, 2}, new double[] {4, 1, 1, 9});
        byte[] whole = written(statistics);
        for (int i = 0; i < whole.length; i++) {
            byte[] altered = whole.clone();
            altered[i] ^= 0x15;
            Files.write(file(), altered);
            try {
                FeatureStatistics read = StatisticsFile.read(file());
                assertThat(read.mean()).as("byte %s", i).isEqualTo(statistics.mean());
                assertThat(read.covariance()).as("byte %s", i).isEqualTo(statistics.covariance());
            } catch (StatisticsFileException e) {
                assertThat(e).as("byte %s", i).hasMessageStartingWith(file() + ": ");
            }
        }
    }

    @Test
    void filesThatEndEarlyAreRefused() throws IOException {
        byte[] whole =
                written(new FeatureStatistics(OptionalLong.of(7), new double[] {1, 2}, new double[] {4, 1, 1, 9}));
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> StatisticsFile.read(file()))
                    .as("%s bytes", length)
                    .isInstanceOf(StatisticsFileException.class)
                    .hasMessageStartingWith(file() + ": is no whole .npz file (");
        }
    }
}
