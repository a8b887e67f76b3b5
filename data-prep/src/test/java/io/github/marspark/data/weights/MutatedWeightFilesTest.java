package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand damaged files of each kind, imported as the jobs do it: each is refused with a sentence, or nothing of it was
 * lost; where a file has no checksum of its values, only values may differ, and only where they were altered.
 */
class MutatedWeightFilesTest {

    private static final int FILES = 1000;

    /** Prime to 8, so that bits of every place in a byte are turned. */
    private static final int STEP = 3;

    private static final Map<String, Shape> NETWORK = network();

    @TempDir
    Path folder;

    private static Map<String, Shape> network() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (int i = 0; i < 6; i++) {
            shapes.put("blocks." + i + ".attn.qkv.weight", Shape.of(12, 4 + i));
            shapes.put("blocks." + i + ".attn.qkv.bias", Shape.of(12));
        }
        return shapes;
    }

    private static Shape shape(String name) {
        return Objects.requireNonNull(NETWORK.get(name));
    }

    private static float[] values(String name) {
        float[] values = new float[(int) shape(name).elements()];
        Random random = new Random(name.hashCode());
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static byte[] pickle() {
        PickleWriter pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .text("model")
                .emptyOrderedDict()
                .mark();
        List<String> names = new ArrayList<>(NETWORK.keySet());
        names.forEach(name -> pickle.text(name)
                .tensor(String.valueOf(names.indexOf(name)), shape(name).toArray()));
        pickle.setItems()
                .text("epoch")
                .integer(399)
                .text("optimizer")
                .emptyDict()
                .text("step")
                .tensor("12", 1);
        return pickle.op('s').setItems().stop();
    }

    private interface Storages {
        void put(String key, float[] values);
    }

    private static void storages(Storages storages) {
        List<String> names = new ArrayList<>(NETWORK.keySet());
        names.forEach(name -> storages.put(String.valueOf(names.indexOf(name)), values(name)));
        storages.put("12", new float[] {7});
    }

    @Test
    @Timeout(value = FILES * 10L, unit = TimeUnit.SECONDS)
    void nothingOfAZipIsLostUnnoticed() throws IOException {
        TorchFileWriter writer = TorchFileWriter.of(pickle());
        storages(writer::floats);
        byte[] good = Files.readAllBytes(writer.write(folder.resolve("good.pth")));
        Outcome outcome = damage(good, 31);
        assertThat(outcome.altered).isEmpty();
        assertThat(outcome.refused).isGreaterThan(FILES / 2);
    }

    @Test
    void noBitOfASmallZipIsAlteredUnnoticed() throws IOException {
        byte[] small =
                new PickleWriter().emptyDict().text("w").tensor("0", 3).op('s').stop();
        byte[] good = Files.readAllBytes(
                TorchFileWriter.of(small).floats("0", 1, 2, 3).write(folder.resolve("small.pth")));
        for (int bit = 0; bit < good.length * Byte.SIZE; bit += STEP) {
            byte[] bytes = good.clone();
            bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Path file = Files.write(folder.resolve("bit.pth"), bytes);
            try (NamedTensors tensors = WeightFile.open(file)) {
                assertThat(tensors.names()).as("bit %s", bit).containsExactly("w");
                assertThat(tensors.floats("w")).as("bit %s", bit).containsExactly(1, 2, 3);
            } catch (WeightFileException e) {
                assertThat(e).hasMessageStartingWith(file + ": ");
            }
        }
    }

    @Test
    @Timeout(value = FILES * 10L, unit = TimeUnit.SECONDS)
    void onlyValuesOfTheOlderFormatMayDifferOrHowTheyAreStrided() {
        TorchStreamWriter writer = new TorchStreamWriter(pickle());
        storages(writer::floats);
        int first = writer.headBytes();
        Outcome outcome = damage(writer.toByteArray(), 37);
        assertThat(outcome.altered)
                .allMatch(difference -> difference.lastByte() >= first || difference.isAnotherView());
        assertThat(outcome.altered)
                .allSatisfy(
                        difference -> assertThat(difference.isOfSameLength()).isTrue());
        assertThat(outcome.refused).isGreaterThan(FILES / 4);
    }

    @Test
    @Timeout(value = FILES * 10L, unit = TimeUnit.SECONDS)
    void onlyValuesOfASafetensorsFileMayDiffer() throws IOException {
        Path file = folder.resolve("good.safetensors");
        try (MemoryTensors tensors = new MemoryTensors("memory")) {
            NETWORK.forEach((name, shape) -> tensors.put(name, shape, FloatBuffer.wrap(values(name))));
            SafeTensors.write(file, tensors, Map.of("format", "pt"));
        }
        byte[] good = Files.readAllBytes(file);
        int first = good.length
                - (int) NETWORK.values().stream().mapToLong(Shape::elements).sum() * Float.BYTES;
        Outcome outcome = damage(good, 41);
        assertThat(outcome.altered)
                .allSatisfy(difference -> assertThat(difference.lastByte()).isGreaterThanOrEqualTo(first));
        assertThat(outcome.altered)
                .allSatisfy(
                        difference -> assertThat(difference.isOfSameLength()).isTrue());
        assertThat(outcome.refused).isGreaterThan(FILES / 4);
    }

    /** How a damaged file that was accepted with other values differs from the good one. */
    private record Difference(int lastByte, boolean isOfSameLength, boolean isAnotherView) {
        static Difference between(byte[] good, byte[] bytes, boolean isAnotherView) {
            int last = Math.min(good.length, bytes.length) - 1;
            while (last >= 0 && good[last] == bytes[last]) {
                last--;
            }
            return new Difference(last, good.length == bytes.length, isAnotherView);
        }
    }

    private static final class Outcome {
        private int refused;
        private final List<Difference> altered = new ArrayList<>();
    }

    private Outcome damage(byte[] good, long seed) {
        Random random = new Random(seed);
        Outcome outcome = new Outcome();
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = Mutations.ofAnyKind(good, random);
            if (!Arrays.equals(bytes, good)) {
                importOne(good, bytes, outcome);
            }
        }
        return outcome;
    }

    private void importOne(byte[] good, byte[] bytes, Outcome outcome) {
        Path path = folder.resolve("damaged");
        try {
            Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (WeightImport file = WeightImport.open(path, List.of())) {
            NamedTensors tensors = file.take(file.place(NETWORK.keySet(), Optional.empty()), NETWORK);
            file.finish();
            boolean same = NETWORK.keySet().stream()
                    .allMatch(name -> Arrays.equals(bits(tensors.floats(name)), bits(values(name))));
            if (!same) {
                outcome.altered.add(Difference.between(good, bytes, isAnotherView(tensors)));
            }
        } catch (WeightFileException e) {
            outcome.refused++;
            assertThat(e).hasMessageStartingWith(path + ": ");
            assertThat(e.getMessage()).doesNotContain("(null)", ": null", "Index ");
        }
    }

    /** Whether each value is one of the same tensor's: a stride that was altered, to 0 for one, is as good as any. */
    private static boolean isAnotherView(NamedTensors tensors) {
        return NETWORK.keySet().stream().allMatch(name -> {
            Set<Integer> known = IntStream.of(bits(values(name))).boxed().collect(Collectors.toSet());
            return IntStream.of(bits(tensors.floats(name))).allMatch(known::contains);
        });
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
