package io.github.marspark.model.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.model.mar.MarConfig.Head;
import io.github.marspark.model.mar.MarConfig.Transformer;
import io.github.marspark.model.masking.MaskRate;
import org.junit.jupiter.api.Test;

class MarConfigTest {
    private static final Transformer HALF = new Transformer(16, 1, 2, 4, 0.1, 0.1);
    private static final Head HEAD = new Head(16, 1);

    @Test
    void tokensFollowFromSizesOfTheLatentImage() {
        MarConfig config = new MarConfig(8, 4, 2, 10, HALF, HALF, 4, HEAD, 4, 0.1, new MaskRate(0.7));
        assertThat(config.tokens()).isEqualTo(16);
        assertThat(config.tokenSize()).isEqualTo(16);
    }

    @Test
    void headsMustDivideTheWidth() {
        assertThatThrownBy(() -> new Transformer(16, 1, 3, 4, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("heads is 3, must divide width 16");
    }

    @Test
    void thePatchMustDivideTheLatentImage() {
        assertThatThrownBy(() -> new MarConfig(7, 4, 2, 10, HALF, HALF, 4, HEAD, 4, 0.1, new MaskRate(0.7)))
                .hasMessage("patch is 2, must divide latentSize 7");
    }

    @Test
    void sizesMustBePositiveAndRatesBelowOne() {
        assertThatThrownBy(() -> new Transformer(16, 0, 2, 4, 0, 0)).hasMessage("depth is 0, must be at least 1");
        assertThatThrownBy(() -> new Transformer(16, 1, 2, 4, 1, 0))
                .hasMessage("attentionDropout is 1.0, must be at least 0 and below 1");
        assertThatThrownBy(() -> new Head(0, 1)).hasMessage("head width is 0, must be at least 1");
        assertThatThrownBy(() -> new MarConfig(8, 4, 1, 10, HALF, HALF, 4, HEAD, 4, 0.1, new MaskRate(1)))
                .hasMessage("minimum mask rate is 1.0, must be above 0 and below 1");
    }
}
