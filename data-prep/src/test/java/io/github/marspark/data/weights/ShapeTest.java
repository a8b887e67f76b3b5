package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {

    @Test
    void countsElements() {
        assertThat(Shape.of(2, 3, 4).elements()).isEqualTo(24);
        assertThat(Shape.of().elements()).isEqualTo(1);
        assertThat(Shape.of(Long.MAX_VALUE, Long.MAX_VALUE, 0).elements()).isZero();
    }

    @Test
    void readsLikeATuple() {
        assertThat(Shape.of(1, 20, 32)).hasToString("(1, 20, 32)");
        assertThat(Shape.of()).hasToString("()");
        assertThat(Shape.of(1, 20, 32).toArray()).containsExactly(1, 20, 32);
    }

    @Test
    void refusesANegativeSize() {
        assertThatThrownBy(() -> Shape.of(2, -3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dimension 1 is -3, must be at least 0");
    }

    @Test
    void refusesMoreElementsThanCanBeCounted() {
        assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 31))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape [4294967296, 2147483648] has more than 2^63 - 1 elements");
    }
}
