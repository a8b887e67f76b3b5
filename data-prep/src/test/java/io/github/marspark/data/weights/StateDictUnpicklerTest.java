package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import net.razorvine.pickle.Unpickler;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDictUnpicklerTest {

    private static final Path FILE = Path.of("evil.pth");

    @Test
    void aCallOfTheShellIsRefusedByItsNameAndNotMade(@TempDir Path folder) {
        Path witness = folder.resolve("witness");
        byte[] pickle = new PickleWriter()
                .global("os", "system")
                .text("touch " + witness)
                .op(0x85)
                .op('R')
                .stop();

        refusedByName(pickle, "os.system");
        assertThat(witness).doesNotExist();
    }

    @Test
    void namesOutsideTheListAreRefused() {
        refusedByName(global("builtins", "eval"), "builtins.eval");
        refusedByName(global("__builtin__", "exec"), "__builtin__.exec");
        refusedByName(global("posix", "system"), "posix.system");
        refusedByName(global("torch", "load"), "torch.load");
        refusedByName(global("torch.storage", "_load_from_bytes"), "torch.storage._load_from_bytes");
        refusedByName(global("numpy.testing", "rundocs"), "numpy.testing.rundocs");
        refusedByName(global("numpy", "load"), "numpy.load");
        refusedByName(global("torch.hub", "load"), "torch.hub.load");
        refusedByName(global("builtins", "getattr"), "builtins.getattr");
        refusedByName(global("typing", "get_type_hints"), "typing.get_type_hints");
        refusedByName(global("torch.nn.modules.conv", "Conv2d"), "torch.nn.modules.conv.Conv2d");
    }

    @Test
    void whatTheLibraryWouldConstructByItselfIsRefused() {
        refusedByName(global("datetime", "datetime"), "datetime.datetime");
        refusedByName(global("decimal", "Decimal"), "decimal.Decimal");
        refusedByName(global("operator", "attrgetter"), "operator.attrgetter");
        refusedByName(global("builtins", "ValueError"), "builtins.ValueError");
        refusedByName(global("array", "array"), "array.array");
    }

    @Test
    void aConstructorThatOthersRegisteredInTheProcessIsNotReached() {
        AtomicBoolean called = new AtomicBoolean();
        Unpickler.registerConstructor("some.module", "Thing", arguments -> {
            called.set(true);
            return "made";
        });

        refusedByName(
                new PickleWriter()
                        .global("some.module", "Thing")
                        .op(')')
                        .op('R')
                        .stop(),
                "some.module.Thing");
        assertThat(called).isFalse();
    }

    @Test
    void aNameTakenFromTheStackOrAnOldInstructionIsRefusedToo() {
        refusedByName(new PickleWriter().text("os").text("system").op(0x93).stop(), "os.system");
        refusedByName(
                new PickleWriter().mark().op('i').line("os").line("system").stop(), "os.system");
    }

    @Test
    void aNameIsShownWithoutControlCharactersAndNotTooLong() {
        refusedByName(global("a\u001b[31m", "b"), "a?[31m.b");
        refusedByName(global("a".repeat(5000), "b"), "a".repeat(120) + "...");
    }

    @Test
    void instructionsThatAStateDictDoesNotNeedAreRefused() {
        for (int opcode : new int[] {'o', 'P', 'S', 'V', 'g', 'p', '2', 0x82, 0x92, 0x96, 0x97}) {
            assertThatThrownBy(() -> read(new PickleWriter().mark().op(opcode).stop()))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessage("evil.pth: its pickle has the instruction 0x" + Integer.toHexString(opcode)
                            + ", which a state dict does not need; refused, nothing was executed");
        }
    }

    @Test
    void aStorageIsNoFunction() {
        damaged(
                new PickleWriter()
                        .global("torch", "FloatStorage")
                        .op(')')
                        .op('R')
                        .stop(),
                "something is called that is no function");
        damaged(new PickleWriter().integer(1).op(')').op('R').stop(), "something is called that is no function");
    }

    @Test
    void argumentsOfTheAllowedFunctionsAreChecked() {
        damaged(
                new PickleWriter()
                        .global("torch._utils", "_rebuild_tensor_v2")
                        .op(')')
                        .op('R')
                        .stop(),
                "a tensor has no storage");
        damaged(
                new PickleWriter()
                        .global("torch._utils", "_rebuild_parameter")
                        .tuple(1)
                        .op('R')
                        .stop(),
                "a parameter has no tensor");
        damaged(
                new PickleWriter()
                        .global("collections", "OrderedDict")
                        .tuple(1)
                        .op('R')
                        .stop(),
                "a tuple of at least 0 is missing");
        damaged(global("_codecs", "encode"), "text is missing");
        damaged(global("copy_reg", "_reconstructor"), "an object has no class");
        damaged(
                new PickleWriter()
                        .global("torch._utils", "_rebuild_tensor_v3")
                        .op(')')
                        .op('R')
                        .stop(),
                "a tensor has no storage or no number type");
        damaged(new PickleWriter().tuple(1, 2).op('Q').stop(), "a tuple of at least 5 is missing");
        damaged(new PickleWriter().tuple(1, 2, 3, 4, 5).op('Q').stop(), "a persistent id is not that of a storage");
    }

    @Test
    void itemsAndStatesOfWrongKindsAreRefused() {
        damaged(
                new PickleWriter().integer(1).integer(2).integer(3).op('s').stop(),
                "an item is put into something that is no dict");
        damaged(
                new PickleWriter().emptyDict().op(']').integer(3).op('s').stop(),
                "a dict has a key that cannot be one");
        damaged(new PickleWriter().integer(1).emptyDict().op('b').stop(), "a state is set on something that has none");
    }

    @Test
    void lengthsBeyondTheEndAreNotAllocated() {
        byte[] most = {-1, -1, -1, 0x7f};
        damaged(new PickleWriter().op('X').raw(most).stop(), "text of 2147483647 bytes goes beyond the end");
        damaged(new PickleWriter().op('B').raw(most).stop(), "text of 2147483647 bytes goes beyond the end");
        damaged(
                new PickleWriter()
                        .op(0x8e)
                        .raw(most)
                        .raw(new byte[] {0, 0, 0, 0x10})
                        .stop(),
                "text of 1152921506754330623 bytes goes beyond the end");
    }

    @Test
    void everyTruncationIsNoticed() {
        byte[] pickle =
                new PickleWriter().emptyDict().text("w").tensor("0", 1).op('s').stop();
        for (int length = 0; length < pickle.length; length++) {
            byte[] cut = Arrays.copyOf(pickle, length);
            assertThatThrownBy(() -> read(cut))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageStartingWith("evil.pth: ");
        }
    }

    @Test
    void plainValuesOfOtherKindsAreRead() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .text("size")
                .global("torch", "Size")
                .tuple(2, 3)
                .op(0x85)
                .op('R')
                .text("device")
                .global("torch", "device")
                .text("cuda")
                .op(0x85)
                .op('R')
                .text("large")
                .integer(1L << 40)
                .setItems()
                .stop();

        assertThat(read(pickle))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("device", "cuda")
                .containsEntry("large", 1L << 40)
                .hasEntrySatisfying("size", size -> assertThat((Object[]) size).containsExactly(2, 3));
    }

    @Test
    void settingsThatTrainersSaveAreInertObjects() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint")
                .real(0.5)
                .text("config")
                .global("omegaconf.dictconfig", "DictConfig")
                .op(')')
                .op(0x81)
                .emptyDict()
                .mark()
                .text("width")
                .integer(128)
                .setItems()
                .op('b')
                .text("best")
                .global("pathlib", "PosixPath")
                .text("/")
                .text("last.ckpt")
                .op(0x86)
                .op('R')
                .setItems()
                .stop();

        assertThat(read(pickle)).asInstanceOf(InstanceOfAssertFactories.MAP).satisfies(map -> {
            assertThat(map.keySet())
                    .first()
                    .hasToString("pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint");
            assertThat(map.get("config"))
                    .isInstanceOfSatisfying(
                            PickledObject.class,
                            config -> assertThat(config.items()).containsEntry("width", 128));
        });
    }

    @Test
    void numpyValuesSetsAndNumbersOfOlderProtocolsAreRead() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .text("score")
                .global("numpy.core.multiarray", "scalar")
                .global("numpy", "dtype")
                .text("f8")
                .bool(false)
                .bool(true)
                .op(0x87)
                .op('R')
                .mark()
                .integer(3)
                .text("<")
                .none()
                .op('t')
                .op('b')
                .global("_codecs", "encode")
                .text("\u0000\u00ff")
                .text("latin1")
                .op(0x86)
                .op('R')
                .op(0x86)
                .op('R')
                .text("set")
                .op(0x8f)
                .mark()
                .integer(1)
                .op(0x90)
                .text("flag")
                .op('I')
                .line("01")
                .text("long")
                .op(0x8b)
                .raw(new byte[] {1, 0, 0, 0, 7})
                .text("decimal")
                .op('L')
                .line("-12L")
                .setItems()
                .stop();

        assertThat(read(pickle))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("set", List.of(1))
                .containsEntry("flag", true)
                .containsEntry("decimal", -12)
                .hasEntrySatisfying("long", value -> assertThat(value).hasToString("7"))
                .hasEntrySatisfying("score", value -> assertThat(value).hasToString("numpy scalar"));
    }

    @Test
    void aPickleThatBuildsWithoutEndIsRefusedBeforeItFillsTheMemory() {
        byte[] dicts = new byte[5_000_000];
        Arrays.fill(dicts, (byte) '}');
        assertThatThrownBy(() -> read(dicts))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(
                        "evil.pth: its pickle has more than 4194304 instructions, which no state dict needs; refused,"
                                + " nothing was executed");
    }

    @Test
    void aNumberOfEndlessDigitsIsRefused() {
        damaged(new PickleWriter().op('L').line("9".repeat(101) + "L").stop(), "an integer is malformed");
    }

    @Test
    void everyKindOfKeyIsOne() {
        byte[] pickle = new PickleWriter()
                .emptyDict()
                .mark()
                .tuple(1, 2)
                .integer(3)
                .none()
                .integer(4)
                .integer(0)
                .integer(5)
                .setItems()
                .stop();

        assertThat(read(pickle))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .hasSize(3)
                .containsEntry(0, 5);
    }

    @Test
    void aSettingThatIsAFunctionOfPythonIsStillRefused() {
        refusedByName(global("pathlib", "os"), "pathlib.os");
        refusedByName(global("omegaconfig", "x"), "omegaconfig.x");
    }

    private static @Nullable Object read(byte[] pickle) {
        return new StateDictUnpickler(FILE).next(new ByteArrayInputStream(pickle));
    }

    private static byte[] global(String module, String name) {
        return new PickleWriter().global(module, name).op(')').op('R').stop();
    }

    private static void refusedByName(byte[] pickle, String name) {
        assertThatThrownBy(() -> read(pickle))
                .isInstanceOf(WeightFileException.class)
                .hasMessage("evil.pth: its pickle asks for " + name + ", which a state dict does not need; refused,"
                        + " nothing was executed. Save the file again with nothing but tensors, numbers and text in"
                        + " it");
    }

    private static void damaged(byte[] pickle, String problem) {
        assertThatThrownBy(() -> read(pickle))
                .isInstanceOf(WeightFileException.class)
                .hasMessage("evil.pth: its pickle is damaged (" + problem + "); copy or save the file again");
    }
}
