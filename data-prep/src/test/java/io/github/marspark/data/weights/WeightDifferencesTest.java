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
    void namesEveryMissingUnexpectedAndMisshapenTensor() {
        Map<String, Shape> expected = shapes("a", Shape.of(1, 768), "b", Shape.of(4), "c", Shape.of());
        Map<String, Shape> found = shapes("d", Shape.of(2), "a", Shape.of(1, 32), "c", Shape.of());

        assertThat(WeightDifferences.between(expected, found).sentences())
                .containsExactly(
                        "b (4) is missing", "d (2) is not expected", "a has shape (1, 32), must have (1, 768)");
    }

    @Test
    void sameNamesAndShapesInAnotherOrderDoNotDiffer() {
        WeightDifferences none = WeightDifferences.between(
                shapes("a", Shape.of(1), "b", Shape.of(2)), shapes("b", Shape.of(2), "a", Shape.of(1)));

        assertThat(none.isEmpty()).isTrue();
        assertThat(none.sentences()).isEmpty();
        assertThatCode(() -> none.requireNone("weights")).doesNotThrowAnyException();
    }

    @Test
    void refusalCountsTheDifferencesAndNamesThem() {
        WeightDifferences differences =
                WeightDifferences.between(shapes("a", Shape.of(1)), shapes("b", Shape.of(2, 2)));

        assertThatThrownBy(() -> differences.requireNone("last.pth (model)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("last.pth (model) does not fit the configuration:"
                        + " 1 missing, 1 unexpected, 0 misshapen\n  a (1) is missing\n  b (2, 2) is not expected");
    }

    @Test
    void refusalOfManyStaysShort() {
        Map<String, Shape> expected = new LinkedHashMap<>();
        IntStream.range(0, 100).forEach(i -> expected.put("block." + i, Shape.of(i)));

        assertThatThrownBy(() -> WeightDifferences.between(expected, Map.of()).requireNone("x"))
                .hasMessageStartingWith("x does not fit the configuration: 100 missing")
                .hasMessageContaining("block.29 (29) is missing\n  and 70 more");
    }

    private static Map<String, Shape> shapes(Object... namesAndShapes) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (int i = 0; i < namesAndShapes.length; i += 2) {
            shapes.put((String) namesAndShapes[i], (Shape) namesAndShapes[i + 1]);
        }
        return shapes;
    }
}
