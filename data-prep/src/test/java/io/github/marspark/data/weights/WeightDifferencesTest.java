package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeightDifferencesTest {

    @Test
    void namesEveryMissingUnusedAndMisshapenTensor() {
        WeightDifferences differences = WeightDifferences.between(
                shapes("a", Shape.of(1, 768), "b", Shape.of(4), "c", Shape.of()),
                shapes("d", Shape.of(2), "a", Shape.of(1, 32), "c", Shape.of()));

        assertThatThrownBy(() -> differences.requireNone("last.pth (model)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("last.pth (model) does not fit the network: 1 of the network's tensors missing,"
                        + " 1 of another shape, 1 that it has not\n  missing: b\n"
                        + "  a has shape (1, 32), must have (1, 768)\n  not used: d");
    }

    @Test
    void sameNamesAndShapesInAnotherOrderDoNotDiffer() {
        WeightDifferences none = WeightDifferences.between(
                shapes("a", Shape.of(1), "b", Shape.of(2)), shapes("b", Shape.of(2), "a", Shape.of(1)));

        assertThat(none.isEmpty()).isTrue();
        assertThatCode(() -> none.requireNone("weights")).doesNotThrowAnyException();
    }

    @Test
    void refusalOfManyStaysShort() {
        Map<String, Shape> expected = new LinkedHashMap<>();
        Map<String, Shape> found = new LinkedHashMap<>();
        IntStream.range(0, 100).forEach(i -> expected.put("block." + i, Shape.of(i)));
        IntStream.range(20, 100).forEach(i -> found.put("block." + i, Shape.of(i + 1)));

        assertThatThrownBy(() -> WeightDifferences.between(expected, found).requireNone("x"))
                .hasMessageContaining("\n  missing: block.{0..19}\n  block.20 has shape (21), must have (20)\n")
                .hasMessageEndingWith("block.29 has shape (30), must have (29)\n  and 70 more of another shape");
    }

    private static Map<String, Shape> shapes(Object... namesAndShapes) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (int i = 0; i < namesAndShapes.length; i += 2) {
            shapes.put((String) namesAndShapes[i], (Shape) namesAndShapes[i + 1]);
        }
        return shapes;
    }
}
