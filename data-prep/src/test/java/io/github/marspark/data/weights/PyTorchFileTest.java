package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PyTorchFileTest {

    @TempDir
    Path folder;

    @Test
    void readsAllTensorsOfATrainingCheckpointByTheKeysOnTheWayToThem() {
        Path file = trainingCheckpoint("last.pth");

        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.names())
                    .containsExactly(
                            "model.z_proj.weight",
                            "model.z_proj.bias",
                            "model_ema.z_proj.weight",
                            "model_ema.z_proj.bias",
                            "optimizer.state.0.step");
            assertThat(tensors.description("model.z_proj.weight").shape()).isEqualTo(Shape.of(2, 3));
            assertThat(tensors.floats("model.z_proj.weight")).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(tensors.floats("model_ema.z_proj.bias")).containsExactly(9, 10);
            assertThat(tensors.source()).isEqualTo(file.toString());
            assertThat(tensors.remarks()).isEmpty();
        }
    }

    @Test
    void readsEveryKindOfStorage() {
        assertThat(stored("HalfStorage", 2, "003c0180")).containsExactly(1, -0x1p-24f);
        assertThat(stored("BFloat16Storage", 1, "c03f")).containsExactly(1.5f);
        assertThat(stored("DoubleStorage", 1, "000000000000f83f")).containsExactly(1.5f);
        assertThat(stored("LongStorage", 1, "feffffffffffffff")).containsExactly(-2);
        assertThat(stored("IntStorage", 1, "feffffff")).containsExactly(-2);
        assertThat(stored("ShortStorage", 1, "feff")).containsExactly(-2);
        assertThat(stored("CharStorage", 1, "fe")).containsExactly(-2);
        assertThat(stored("ByteStorage", 1, "fe")).containsExactly(254);
        assertThat(stored("BoolStorage", 2, "0100")).containsExactly(1, 0);
    }

    @Test
    void everyBitOfAFloatSurvivesUpToSafetensors() throws IOException {
        String bits = "01000080" + "0100807f" + "3412c0ff" + "00000080" + "ffff7f00";
        Path file =
                single(new PickleWriter().tensor("0", 5), "0", HexFormat.of().parseHex(bits));
        Path exported = folder.resolve("exported.safetensors");
        try (NamedTensors tensors = WeightFile.open(file)) {
            SafeTensors.write(exported, tensors, Map.of());
        }

        byte[] bytes = Files.readAllBytes(exported);

        assertThat(HexFormat.of().formatHex(bytes, bytes.length - 20, bytes.length))
                .isEqualTo(bits);
    }

    @Test
    void readsViewsOfAStorage() {
        assertThat(view(0, new long[] {3, 2}, new long[] {1, 3})).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(view(1, new long[] {2, 2}, new long[] {3, 1})).containsExactly(1, 2, 4, 5);
        assertThat(view(4, new long[] {2}, new long[] {1})).containsExactly(4, 5);
        assertThat(view(1, new long[] {1, 3}, new long[] {99, 2})).containsExactly(1, 3, 5);
        assertThat(view(0, new long[] {2, 2}, new long[] {0, 1})).containsExactly(0, 1, 0, 1);
        assertThat(view(5, new long[] {}, new long[] {})).containsExactly(5);
        assertThat(view(0, new long[] {2, 0}, new long[] {1, 1})).isEmpty();
        assertThat(view(0, new long[] {1, 2, 3}, new long[] {6, 3, 1})).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void readsALargeTransposedTensorInChunks() {
        int rows = 300;
        int columns = 700;
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path file = single(
                new PickleWriter()
                        .tensor("FloatStorage", "0", values.length, 0, new long[] {columns, rows}, new long[] {
                            1, columns
                        }),
                "0",
                floatBytes(values));

        try (NamedTensors tensors = WeightFile.open(file)) {
            float[] transposed = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                transposed[i] = values[i % rows * columns + i / rows];
            }
            assertThat(tensors.floats("w")).isEqualTo(transposed);
        }
    }

    @Test
    void readsParametersAndSharedStorages() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .text("a")
                .global("torch._utils", "_rebuild_parameter")
                .mark()
                .tensor("0", 2)
                .bool(true)
                .emptyOrderedDict()
                .op('t')
                .op('R')
                .text("b")
                .tensor("FloatStorage", "0", 2, 1, new long[] {1}, new long[] {1})
                .setItems()
                .stop();

        try (NamedTensors tensors =
                WeightFile.open(TorchFileWriter.of(pickle).floats("0", 1, 2).write(folder.resolve("p.pt")))) {
            assertThat(tensors.floats("a")).containsExactly(1, 2);
            assertThat(tensors.floats("b")).containsExactly(2);
        }
    }

    @Test
    void readsPicklesOfProtocol4() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .op(0x8c)
                .op(1)
                .op('w')
                .op(0x94)
                .op(0x8c)
                .op(12)
                .raw(ascii("torch._utils"))
                .op(0x8c)
                .op(18)
                .raw(ascii("_rebuild_tensor_v2"))
                .op(0x93)
                .mark()
                .storage("FloatStorage", "0", 1)
                .integer(0)
                .tuple(1)
                .tuple(1)
                .op('t')
                .op('R')
                .op('s')
                .stop();
        pickle[1] = 4;

        try (NamedTensors tensors =
                WeightFile.open(TorchFileWriter.of(pickle).floats("0", 4).write(folder.resolve("four.pt")))) {
            assertThat(tensors.floats("w")).containsExactly(4);
        }
    }

    @Test
    void readsBigEndianStorages() {
        Path file = new TorchFileWriter("big/")
                .entry("data.pkl", pickleOf(new PickleWriter().tensor("0", 1)))
                .entry("byteorder", ascii("big"))
                .entry("data/0", HexFormat.of().parseHex("3fc00000"))
                .write(folder.resolve("big.pt"));

        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.floats("w")).containsExactly(1.5f);
        }
    }

    @Test
    void refusesAnUnknownByteOrder() {
        Path file = new TorchFileWriter("x/")
                .entry("data.pkl", pickleOf(new PickleWriter().tensor("0", 1)))
                .entry("byteorder", ascii("middle"))
                .floats("0", 1)
                .write(folder.resolve("middle.pt"));

        refused(file, "its byteorder is 'middle', must be little or big; the file is damaged");
    }

    @Test
    void refusesAMissingOrShortStorage() {
        refused(
                TorchFileWriter.of(pickleOf(new PickleWriter().tensor("0", 2))).write(folder.resolve("missing.pt")),
                "tensor w lies in storage 0, which is not in the file; it is damaged, copy it again");
        refused(
                single(new PickleWriter().tensor("0", 2), "0", floatBytes(1)),
                "storage 0 of tensor w has 4 bytes, its 2 elements of FloatStorage need 8; the file is damaged");
    }

    @Test
    void refusesATensorThatDoesNotFitItsStorage() {
        refusedView(
                0,
                new long[] {1_000_000_000_000L},
                new long[] {1},
                "shape (1000000000000) with offset 0 and strides [1] needs more than the 6 elements of storage 0");
        refusedView(
                5,
                new long[] {2},
                new long[] {1},
                "shape (2) with offset 5 and strides [1] needs more than the 6 elements of storage 0");
        refusedView(
                0,
                new long[] {2, 2},
                new long[] {Long.MAX_VALUE, Long.MAX_VALUE},
                "shape (2, 2) with offset 0 and strides [9223372036854775807, 9223372036854775807] needs more than"
                        + " the 6 elements of storage 0");
        refusedView(-1, new long[] {2}, new long[] {1}, "shape (2) has offset -1 and strides [1], must be at least 0");
        refusedView(5, new long[] {2}, new long[] {-1}, "shape (2) has offset 5 and strides [-1], must be at least 0");
        refusedView(0, new long[] {2}, new long[] {}, "shape (2) has strides [], one for each is needed");
        refusedView(0, new long[] {-2}, new long[] {1}, "dimension 0 is -2, must be at least 0");
    }

    @Test
    void refusesAStorageOfImpossibleSize() {
        Path file = single(
                new PickleWriter().tensor("DoubleStorage", "0", Long.MAX_VALUE, 0, new long[] {1}, new long[] {1}),
                "0",
                new byte[8]);

        refused(
                file,
                "storage 0 of tensor w has 8 bytes, its 9223372036854775807 elements of DoubleStorage need"
                        + " 9223372036854775807; the file is damaged");
    }

    @Test
    void refusesWhatHoldsNoTensors() {
        refused(
                TorchFileWriter.of(new PickleWriter()
                                .emptyDict()
                                .text("epoch")
                                .integer(3)
                                .op('s')
                                .stop())
                        .write(folder.resolve("none.pt")),
                "no tensors are in it, its keys are: epoch");
        refused(
                TorchFileWriter.of(new PickleWriter().integer(3).stop()).write(folder.resolve("three.pt")),
                "no tensors are in it, but a single value; give a file with a state dict");
        refused(
                TorchFileWriter.of(new PickleWriter().none().stop()).write(folder.resolve("nothing.pt")),
                "no tensors are in it, but a single value; give a file with a state dict");
    }

    @Test
    void expandedTensorsRepeatTheElementThatIsStored() {
        assertThat(view(2, new long[] {4}, new long[] {0})).containsExactly(2, 2, 2, 2);
        assertThat(view(2, new long[] {3, 2}, new long[] {1, 0})).containsExactly(2, 2, 3, 3, 4, 4);
        try (NamedTensors tensors = WeightFile.open(viewFile(0, new long[] {1L << 40}, new long[] {0}))) {
            assertThat(tensors.description("w").shape()).isEqualTo(Shape.of(1L << 40));
            assertThatThrownBy(() -> tensors.floats("w"))
                    .hasMessage("w has 1099511627776 values, too many for one array");
        }
    }

    @Test
    void keysOfEveryKindAreNames() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .tuple(1, 2)
                .tensor("0", 2)
                .none()
                .tensor("1", 1)
                .integer(7)
                .tensor("1", 1)
                .text("7")
                .tensor("1", 1)
                .text("epoch")
                .integer(3)
                .text("layers")
                .op(']')
                .mark()
                .tensor("0", 2)
                .emptyOrderedDict()
                .mark()
                .text("bias")
                .tensor("1", 1)
                .setItems()
                .op('e')
                .setItems()
                .stop();

        Path file = TorchFileWriter.of(pickle).floats("0", 1, 2).floats("1", 3).write(folder.resolve("keys.pt"));
        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.names()).containsExactly("(1, 2)", "None", "7", "7 (2)", "layers.0", "layers.1.bias");
            assertThat(tensors.floats("(1, 2)")).containsExactly(1, 2);
        }
    }

    @Test
    void tensorsThatAreNoNumbersAreKnownByNameAndNotRead() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .text("w")
                .tensor("0", 1)
                .text("complex")
                .tensor("ComplexFloatStorage", "1", 1, 0, new long[] {1}, new long[] {1})
                .text("sparse")
                .global("torch._utils", "_rebuild_sparse_tensor")
                .op(')')
                .op('R')
                .text("float8")
                .global("torch._utils", "_rebuild_tensor_v3")
                .mark()
                .storage("storage.UntypedStorage", "2", 8)
                .integer(0)
                .tuple(8)
                .tuple(1)
                .bool(false)
                .emptyOrderedDict()
                .global("torch", "float8_e5m2")
                .op('t')
                .op('R')
                .setItems()
                .stop();
        Path file = TorchFileWriter.of(pickle)
                .floats("0", 1)
                .floats("1", 2, 3)
                .floats("2", 4, 5)
                .write(folder.resolve("kinds.pt"));

        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.names()).containsExactly("w", "complex", "sparse", "float8");
            assertThat(tensors.floats("w")).containsExactly(1);
            assertThat(tensors.description("float8")).hasToString("float8 (8) OTHER");
            assertThatThrownBy(() -> tensors.floats("complex"))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessage(
                            file + ": tensor complex is of kind ComplexFloatStorage, which is not read; save it as an"
                                    + " ordinary tensor of floating-point numbers");
            assertThatThrownBy(() -> tensors.floats("sparse")).hasMessageContaining("is of kind sparse tensor,");
        }
    }

    @Test
    void tensorsWithATypeOfTheirOwnAreRead() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .text("w")
                .global("torch._utils", "_rebuild_tensor_v3")
                .mark()
                .storage("storage.UntypedStorage", "0", 8)
                .integer(0)
                .tuple(2)
                .tuple(1)
                .bool(false)
                .emptyOrderedDict()
                .global("torch", "float32")
                .op('t')
                .op('R')
                .op('s')
                .stop();

        try (NamedTensors tensors =
                WeightFile.open(TorchFileWriter.of(pickle).floats("0", 4, 5).write(folder.resolve("v3.pt")))) {
            assertThat(tensors.floats("w")).containsExactly(4, 5);
        }
    }

    @Test
    void refusesOtherZipsAndCompressedEntries() {
        refused(
                new TorchFileWriter("").entry("weights.npy", new byte[3]).write(folder.resolve("w.npz")),
                "is a zip with 0 files named data.pkl, a PyTorch checkpoint has one; give a file written by"
                        + " torch.save");
        refused(
                new TorchFileWriter("a/")
                        .compressedEntry("data.pkl", new byte[3])
                        .write(folder.resolve("c.pt")),
                "a/data.pkl is compressed in it, torch.save writes uncompressed files; give the file as it was saved");
        refused(
                new TorchFileWriter("a/")
                        .entry("data.pkl", pickleOf(new PickleWriter().tensor("0", 1)))
                        .compressedEntry("data/0", new byte[4])
                        .write(folder.resolve("d.pt")),
                "a/data/0 is compressed in it, torch.save writes uncompressed files; give the file as it was saved");
    }

    @Test
    void aPartThatIsNotAsItWasWrittenIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(trainingCheckpoint("last.pth"));
        String content = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[content.indexOf(new String(floatBytes(7, 8), StandardCharsets.ISO_8859_1)) + 1] ^= 1;
        Path altered = Files.write(folder.resolve("altered.pth"), bytes);

        refused(
                altered,
                "its part archive/data/1 is not as it was written (the checksums differ); copy the file again");
    }

    @Test
    void aFileWithoutChecksumsIsReadAndToldOf() {
        Path file = TorchFileWriter.of(pickleOf(new PickleWriter().tensor("0", 2)))
                .floats("0", 1, 2)
                .withoutChecksums()
                .write(folder.resolve("none.pt"));

        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThat(tensors.floats("w")).containsExactly(1, 2);
            assertThat(tensors.remarks())
                    .containsExactly("it was saved without checksums, so that altered bytes cannot be noticed");
        }
    }

    @Test
    void valuesThatHoldThemselvesOrDoubleWithoutEndAreNoTrap() {
        PickleWriter doubling =
                new PickleWriter().emptyDict().text("w").tensor("0", 1).op('s').text("x");
        doubling.op(']').op('q').op(200);
        for (int i = 0; i < 40; i++) {
            doubling.op('0').op(']').mark();
            doubling.op('h').op(200 + i).op('h').op(200 + i).op('e').op('q').op(201 + i);
        }
        Path trap = TorchFileWriter.of(doubling.op('s').stop()).floats("0", 1).write(folder.resolve("trap.pt"));
        refused(trap, "its pickle holds more than 4194304 values, which no state dict needs; refused");

        byte[] circle = new PickleWriter()
                .emptyDict()
                .text("w")
                .tensor("0", 1)
                .op('s')
                .text("self")
                .op('h')
                .op(0)
                .op('s')
                .stop();
        try (NamedTensors tensors =
                WeightFile.open(TorchFileWriter.of(circle).floats("0", 1).write(folder.resolve("circle.pt")))) {
            assertThat(tensors.names()).containsExactly("w");
        }

        PickleWriter deep = new PickleWriter().emptyDict().text("x");
        for (int i = 0; i < 100; i++) {
            deep.op(']');
        }
        deep.tensor("0", 1);
        for (int i = 0; i < 100; i++) {
            deep.op('a');
        }
        refused(
                TorchFileWriter.of(deep.op('s').stop()).floats("0", 1).write(folder.resolve("deep.pt")),
                "its values are nested deeper than 64, which no state dict needs; refused");
    }

    @Test
    void aTorchScriptProgramIsRefusedAsWhatItIs() {
        refused(
                new TorchFileWriter("m/")
                        .entry("data.pkl", pickleOf(new PickleWriter().tensor("0", 1)))
                        .compressedEntry("code/__torch__.py", new byte[3])
                        .entry("constants.pkl", new byte[3])
                        .write(folder.resolve("script.pt")),
                "is a TorchScript program, which torch.jit.save wrote; load it in PyTorch and save its state_dict() with"
                        + " torch.save");
    }

    @Test
    void refusesAPickleOfExcessiveSize() {
        refused(
                new TorchFileWriter("a/")
                        .entry("data.pkl", new byte[(int) PyTorchArchive.MAX_PICKLE_BYTES + 1])
                        .write(folder.resolve("large.pt")),
                "its a/data.pkl has 16777217 bytes, the limit is 16777216");
    }

    @Test
    void refusesAFileThatWasCutShort() throws IOException {
        byte[] bytes = Files.readAllBytes(trainingCheckpoint("last.pth"));
        Path cut = Files.write(folder.resolve("cut.pth"), Arrays.copyOf(bytes, bytes.length - 100));

        assertThatThrownBy(() -> WeightFile.open(cut))
                .isInstanceOf(WeightFileException.class)
                .hasMessageMatching(".*/cut.pth: its zip directory cannot be read \\(.+\\);"
                        + " it was cut short or damaged, copy it again");
    }

    @Test
    void anUnknownNameIsRefused() {
        Path file = single(new PickleWriter().tensor("0", 1), "0", floatBytes(1));
        try (NamedTensors tensors = WeightFile.open(file)) {
            assertThatThrownBy(() -> tensors.floats("x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(file + " has no tensor named x");
        }
    }

    @Test
    void anyDamagedPickleIsReadOrRefusedWithASentence() throws IOException {
        byte[] pickle = trainingPickle();
        Random random = new Random(17);
        for (int i = 0; i < 2000; i++) {
            Path file = folder.resolve("mutated.pt");
            Files.deleteIfExists(file);
            storages(TorchFileWriter.of(Mutations.of(pickle, random))).write(file);
            Mutations.assertReadOrRefused(file, WeightFile::open);
        }
    }

    /** As the reference's training script saves: parameters, averages, optimiser, epoch, scaler, arguments. */
    private Path trainingCheckpoint(String name) {
        return storages(TorchFileWriter.of(trainingPickle())).write(folder.resolve(name));
    }

    private static TorchFileWriter storages(TorchFileWriter writer) {
        return writer.floats("0", 1, 2, 3, 4, 5, 6)
                .floats("1", 7, 8)
                .floats("2", 0, 0, 0, 0, 0, 0)
                .floats("3", 9, 10)
                .floats("4", 1);
    }

    private static byte[] trainingPickle() {
        PickleWriter pickle = new PickleWriter().emptyDict().mark();
        stateDict(pickle.text("model"), "0", "1");
        stateDict(pickle.text("model_ema"), "2", "3");
        optimizer(pickle.text("optimizer"));
        pickle.text("epoch").integer(399);
        pickle.text("scaler").emptyDict().mark().text("scale").real(65536).setItems();
        arguments(pickle.text("args"));
        return pickle.setItems().stop();
    }

    private static void stateDict(PickleWriter pickle, String weightKey, String biasKey) {
        pickle.emptyOrderedDict().mark();
        pickle.text("z_proj.weight").tensor(weightKey, 2, 3);
        pickle.text("z_proj.bias").tensor(biasKey, 2);
        pickle.setItems();
        pickle.emptyDict().text("_metadata").emptyOrderedDict().mark();
        pickle.text("z_proj").emptyDict().text("version").integer(1).op('s');
        pickle.setItems().op('s').op('b');
    }

    private static void optimizer(PickleWriter pickle) {
        pickle.emptyDict().mark().text("state").emptyDict().integer(0).emptyDict();
        pickle.text("step").tensor("4").op('s').op('s');
        pickle.text("param_groups").op(']').memoize().mark();
        pickle.emptyDict().mark().text("betas").real(0.9).real(0.95).op(0x86).memoize();
        pickle.text("lr").real(1e-4).text("params").op(']').memoize().integer(0).op('a');
        pickle.setItems().op('e').setItems();
    }

    private static void arguments(PickleWriter pickle) {
        pickle.global("argparse", "Namespace")
                .op(')')
                .op(0x81)
                .memoize()
                .emptyDict()
                .mark();
        pickle.text("model").text("mar_base").text("diffloss_d").integer(6);
        pickle.text("grad_clip")
                .real(3)
                .text("resume")
                .none()
                .text("online_eval")
                .bool(true);
        pickle.text("betas").tuple(1, 2);
        pickle.setItems().op('b');
    }

    private float[] view(long offset, long[] shape, long[] strides) {
        try (NamedTensors tensors = WeightFile.open(viewFile(offset, shape, strides))) {
            return tensors.floats("w");
        }
    }

    private void refusedView(long offset, long[] shape, long[] strides, String problem) {
        refused(
                viewFile(offset, shape, strides),
                "its pickle is damaged (" + problem + "); copy or save the file again");
    }

    /** A view of a storage that holds 0 to 5. */
    private Path viewFile(long offset, long[] shape, long[] strides) {
        return single(
                new PickleWriter().tensor("FloatStorage", "0", 6, offset, shape, strides),
                "0",
                floatBytes(0, 1, 2, 3, 4, 5));
    }

    private float[] stored(String storageClass, long elements, String hexadecimal) {
        Path file = single(
                new PickleWriter().tensor(storageClass, "0", elements, 0, new long[] {elements}, new long[] {1}),
                "0",
                HexFormat.of().parseHex(hexadecimal));
        try (NamedTensors tensors = WeightFile.open(file)) {
            return tensors.floats("w");
        }
    }

    private Path single(PickleWriter tensor, String key, byte[] storage) {
        return TorchFileWriter.of(pickleOf(tensor))
                .entry("data/" + key, storage)
                .write(folder.resolve("single" + System.nanoTime() + ".pt"));
    }

    /** A dict with one tensor named w. */
    private static byte[] pickleOf(PickleWriter tensor) {
        byte[] withProtocol = tensor.toByteArray();
        return new PickleWriter()
                .op('}')
                .op('X')
                .raw(new byte[] {1, 0, 0, 0, 'w'})
                .raw(Arrays.copyOfRange(withProtocol, 2, withProtocol.length))
                .op('s')
                .stop();
    }

    private static void refused(Path file, String problem) {
        assertThatThrownBy(() -> WeightFile.open(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(file + ": " + problem);
    }

    private static byte[] floatBytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(FloatBuffer.wrap(values));
        return bytes.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
