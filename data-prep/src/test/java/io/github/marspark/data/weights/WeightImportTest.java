package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightImportTest {

    private static final Map<String, Shape> NETWORK = network();

    @TempDir
    Path folder;

    private static Map<String, Shape> network() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String half : List.of("encoder", "decoder")) {
            shapes.put(half + ".conv_in.weight", Shape.of(2));
            shapes.put(half + ".conv_in.bias", Shape.of(1));
        }
        return shapes;
    }

    /** Names with a shape of one value each, unless the network says otherwise. */
    private Path file(String... names) {
        Path file = folder.resolve("weights.safetensors");
        try (MemoryTensors tensors = new MemoryTensors("memory")) {
            for (String name : names) {
                String own = name.replaceFirst(".*?((en|de)coder)\\.(?:.*\\.)?(conv_in)", "$1.$3");
                Shape shape = NETWORK.getOrDefault(own, Shape.of(1));
                tensors.put(name, shape, FloatBuffer.allocate((int) shape.elements()));
            }
            SafeTensors.write(file, tensors, Map.of());
        }
        return file;
    }

    private static String[] under(String prefix, String... further) {
        List<String> names = new ArrayList<>();
        NETWORK.keySet().forEach(name -> names.add(prefix + name));
        names.addAll(List.of(further));
        return names.toArray(String[]::new);
    }

    private static String[] both(String[] some, String[] others) {
        List<String> names = new ArrayList<>(List.of(some));
        names.addAll(List.of(others));
        return names.toArray(String[]::new);
    }

    private static List<String> taken(Path path, Optional<String> choice, String... leaveOut) {
        try (WeightImport file = WeightImport.open(path, List.of(leaveOut))) {
            NamedTensors tensors = file.take(file.place(NETWORK.keySet(), choice), NETWORK);
            List<String> notes = file.finish();
            assertThat(tensors.shapes()).isEqualTo(NETWORK);
            assertThat(tensors.floats("encoder.conv_in.weight")).hasSize(2);
            return notes;
        }
    }

    private static List<String> taken(Path path) {
        return taken(path, Optional.empty());
    }

    private static String lines(String... lines) {
        return String.join("\n  ", lines);
    }

    private static void refused(Path path, Optional<String> choice, String problem, String... leaveOut) {
        assertThatThrownBy(() -> taken(path, choice, leaveOut))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(path + ": " + problem);
    }

    @Test
    void aNetworkByItsOwnNamesNeedsNoWord() {
        assertThat(taken(file(under("")))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "first_stage_model.",
                "module.",
                "_orig_mod.",
                "ema_model.",
                "module._orig_mod.",
                "state_dict.model.vae."
            })
    void whatStandsBeforeTheNamesIsTakenOffAndTold(String prefix) {
        assertThat(taken(file(under(prefix))))
                .containsExactly("reads the names below " + prefix.replaceFirst("\\.$", "") + ": 4 tensors");
    }

    @Test
    void wrappersInsideOfTheNamesAreTakenOutAndTold() {
        assertThat(taken(file(
                        "m.encoder._orig_mod.conv_in.weight",
                        "m.encoder._orig_mod.conv_in.bias",
                        "m.decoder.module.conv_in.weight",
                        "m.decoder.module.conv_in.bias")))
                .containsExactly("reads the names below m without _orig_mod, module: 4 tensors");
        refused(
                file(under("", "encoder.module.conv_in.bias")),
                Optional.empty(),
                lines(
                        "does not fit the recipe: 0 of the network's tensors missing, 0 of another shape, 1 that it has not",
                        "not used: encoder.module.conv_in.bias",
                        "to leave out what is not used: leave-out=encoder.module.*"));
    }

    @Test
    void ofSeveralNetworksTheOneWithTheseNamesIsTakenAndTheOthersAreTold() {
        Path file = file(both(under("state_dict.first_stage_model."), new String[] {
            "state_dict.model.diffusion_model.out.weight",
            "state_dict.model.diffusion_model.out.bias",
            "state_dict.cond_stage_model.w",
            "state_dict.scale_factor",
            "state_dict.first_stage_model.loss.logvar",
            "optimizer_states.0.state.0.exp_avg"
        }));
        assertThat(taken(file))
                .containsExactly(
                        "reads the names below state_dict.first_stage_model: 4 tensors",
                        "left out, being no part of what is read: state_dict.model.diffusion_model (2 tensors),"
                                + " state_dict.cond_stage_model (1 tensor), state_dict.scale_factor (1 tensor),"
                                + " state_dict.first_stage_model.loss (1 tensor), optimizer_states (1 tensor)");
    }

    @Test
    void whatIsNotUsedIsRefusedUnlessItIsLeftOut() {
        Path file = file(under("sd.", "sd.decoder.up.2.attn.0.q", "sd.decoder.up.2.attn.1.q", "sd.head.w"));
        refused(
                file,
                Optional.empty(),
                lines(
                        "does not fit the recipe: 0 of the network's tensors missing, 0 of another shape, 3 that it has not",
                        "not used: sd.{decoder.up.2.attn.{0,1}.q,head.w}",
                        "to leave out what is not used: leave-out=sd.decoder.up.*,sd.head.*"));
        assertThat(taken(file, Optional.empty(), "decoder.up.*.attn.*", "sd.head.w"))
                .containsExactly(
                        "reads the names below sd: 4 tensors",
                        "left out as told: 3 tensors, sd.{decoder.up.2.attn.{0,1}.q,head.w}");
        refused(
                file,
                Optional.empty(),
                "has no tensor that leave-out=decoder.down.* matches; it holds sd.{encoder.conv_in.{weight,bias},"
                        + "decoder.{conv_in.{weight,bias},up.2.attn.{0,1}.q},head.w}",
                "decoder.down.*");
    }

    @Test
    void whatIsMissingOrHasAnotherShapeIsRefusedByName() {
        Path file = folder.resolve("other.safetensors");
        try (MemoryTensors tensors = new MemoryTensors("memory")) {
            tensors.put("encoder.conv_in.weight", Shape.of(3), FloatBuffer.allocate(3));
            tensors.put("encoder.conv_in.bias", Shape.of(1), FloatBuffer.allocate(1));
            SafeTensors.write(file, tensors, Map.of());
        }
        refused(
                file,
                Optional.empty(),
                lines(
                        "does not fit the recipe: 2 of the network's tensors missing, 1 of another shape, 0 that it has not",
                        "missing: decoder.conv_in.{weight,bias}",
                        "encoder.conv_in.weight has shape (3), must have (2)"));
        refused(
                file("a.b", "a.c"),
                Optional.empty(),
                "holds not one of the network's 4 tensors ({encoder,decoder}.conv_in.{weight,bias}), but a.{b,c};"
                        + " give a file of this network's weights");
    }

    @Test
    void aKeyChoosesOneOfSeveral() {
        Path file = file(both(under("model."), under("ema_state_dict.module.")));
        refused(
                file,
                Optional.empty(),
                "holds this network 2 times; say weights=ema_state_dict.module (4 of 4 tensors) or weights=model (4 of"
                        + " 4 tensors)");
        refused(
                file,
                Optional.of("ema"),
                "has no weights of this network at ema; say weights=ema_state_dict.module (4 of 4 tensors) or"
                        + " weights=model (4 of 4 tensors)");
        assertThat(taken(file, Optional.of("model")))
                .containsExactly(
                        "reads the names below model: 4 tensors",
                        "left out, being no part of what is read: ema_state_dict.module (4 tensors)");
        assertThat(taken(file, Optional.of("ema_state_dict.")))
                .containsExactly(
                        "reads the names below ema_state_dict.module: 4 tensors",
                        "left out, being no part of what is read: model (4 tensors)");
    }

    @Test
    void theNamesWithoutAnythingBeforeThemAreChosenByADot() {
        Path file = file(both(under(""), under("ema.")));
        refused(
                file,
                Optional.empty(),
                "holds this network 2 times; say weights=. (4 of 4 tensors) or weights=ema (4 of 4 tensors)");
        assertThat(taken(file, Optional.of(".")))
                .containsExactly("left out, being no part of what is read: ema (4 tensors)");
        refused(
                file,
                Optional.of("ema"),
                lines(
                        "does not fit the recipe: 0 of the network's tensors missing, 0 of another shape, 4 that it has not",
                        "not used: {encoder,decoder}.conv_in.{weight,bias}",
                        "to leave out what is not used: leave-out=encoder.*,decoder.*"));
    }

    @Test
    void namesOfEndlesslyManyPartsAreNoTrap() {
        String endless = "x.".repeat(3_000) + "w";
        assertThatThrownBy(() -> taken(file(under("", endless))))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("0 of another shape, 1 that it has not\n  not used: x.x.x.");
    }

    @Test
    void weightsThatAreNoNumbersAreCounted() {
        try (MemoryTensors tensors = new MemoryTensors("memory")) {
            tensors.put("a", Shape.of(3), FloatBuffer.wrap(new float[] {1, Float.NaN, Float.NEGATIVE_INFINITY}));
            tensors.put("b", Shape.of(1), FloatBuffer.wrap(new float[] {1}));
            tensors.put("c", Shape.of(2), FloatBuffer.wrap(new float[] {Float.NaN, Float.NaN}));
            assertThat(NonFiniteValues.of(tensors))
                    .hasToString("weights that are not finite numbers in 2 tensors:"
                            + " a (1 not a number, 1 infinite), c (2 not a number)");
        }
    }
}
