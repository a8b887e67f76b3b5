package io.github.marspark.model.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class AutoencoderConfigTest {
    private static AutoencoderConfig of(int resolution, int width, List<Integer> multipliers, int groups) {
        return new AutoencoderConfig(resolution, 3, width, multipliers, 1, List.of(), List.of(), 4, groups);
    }

    @Test
    void sizesFollowFromTheLevels() {
        assertThat(AutoencoderConfig.KL_16.stride()).isEqualTo(16);
        assertThat(AutoencoderConfig.KL_16.latentSize()).isEqualTo(16);
        assertThat(AutoencoderConfig.KL_16.latentValues()).isEqualTo(16 * 16 * 16);
        assertThat(of(32, 32, List.of(1, 2), 8).imageValues()).isEqualTo(3 * 32 * 32);
    }

    @Test
    void impossibleSizesAreRefusedByName() {
        refused(() -> of(30, 32, List.of(1, 2, 2), 8), "resolution is 30, must be a positive multiple of the stride 4");
        refused(() -> of(0, 32, List.of(1), 8), "resolution is 0, must be at least 1");
        refused(() -> of(32, 36, List.of(1), 8), "width is 36, must be a multiple of groups, 8");
        refused(() -> of(32, 32, List.of(), 8), "multipliers has 0 elements, must have 1 to 16");
        refused(() -> of(32, 32, List.of(1, 0), 8), "multipliers is 0, must be at least 1");
        refused(() -> of(32, 32, List.of(1), 0), "groups is 0, must be at least 1");
        refused(
                () -> new AutoencoderConfig(32, 3, 32, List.of(1), 0, List.of(), List.of(), 4, 8),
                "residualBlocks is 0, must be at least 1");
        refused(
                () -> new AutoencoderConfig(32, 3, 32, List.of(1), 1, List.of(-1), List.of(), 4, 8),
                "attentionResolutions is -1, must be at least 1");
        refused(
                () -> new AutoencoderConfig(32, 3, 32, List.of(1), 1, List.of(), List.of(), 0, 8),
                "latentChannels is 0, must be at least 1");
        refused(
                () -> new AutoencoderConfig(32, 0, 32, List.of(1), 1, List.of(), List.of(), 4, 8),
                "imageChannels is 0, must be at least 1");
        refused(
                () -> new AutoencoderConfig(32, 3, 32, List.of(1), 1, List.of(), List.of(0), 4, 8),
                "decoderAttention is 0, must be at least 1");
        refused(() -> of(32, 0, List.of(1), 8), "width is 0, must be at least 1");
    }

    @Test
    void sizesWhoseProductsOverflowAreRefusedByName() {
        refused(
                () -> of(32, 1 << 20, List.of(1, 1 << 20), 8),
                "width times the largest of multipliers is 1099511627776, must be at most 8192");
        refused(
                () -> new AutoencoderConfig(32, 3, 32, List.of(1), 1_000_000_000, List.of(), List.of(), 4, 8),
                "residualBlocks is 1000000000, must be at most 64");
        refused(
                () -> new AutoencoderConfig(32, 3, 32, List.of(1), 1, List.of(), List.of(), 1 << 30, 8),
                "latentChannels is 1073741824, must be at most 4096");
        refused(
                () -> new AutoencoderConfig(32, 10_000, 32, List.of(1), 1, List.of(), List.of(), 4, 8),
                "imageChannels is 10000, must be at most 8192");
    }

    private static void refused(Runnable making, String message) {
        assertThatThrownBy(making::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
