package io.github.marspark.model.random;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Known answers published with the Random123 library, file {@code kat_vectors}, lines {@code philox4x32 10}. */
class PhiloxTest {
    @Test
    void zerosGiveThePublishedAnswer() {
        assertAnswer(new int[] {0, 0, 0, 0}, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    }

    @Test
    void onesGiveThePublishedAnswer() {
        assertAnswer(new int[] {-1, -1, -1, -1}, -1, -1, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    }

    @Test
    void digitsOfPiGiveThePublishedAnswer() {
        int[] counter = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
        assertAnswer(counter, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    private static void assertAnswer(int[] counter, int key0, int key1, int... expected) {
        Philox.encrypt(counter, key0, key1);
        assertThat(counter).containsExactly(expected);
    }
}
