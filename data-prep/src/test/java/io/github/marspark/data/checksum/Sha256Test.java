package io.github.marspark.data.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

class Sha256Test {
    /** The example of one block in FIPS 180-2, appendix B.1. */
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static final byte[] TEXT = "abc".getBytes(StandardCharsets.US_ASCII);

    @Test
    void arraysAndStreamsHaveTheDigestOfTheStandard() throws IOException {
        assertThat(Sha256.of(TEXT)).isEqualTo(ABC);
        assertThat(Sha256.of(new ByteArrayInputStream(TEXT))).isEqualTo(ABC);
    }

    @Test
    void aDigestDoesNotDependOnHowItsBytesAreCut() throws IOException {
        byte[] threeMegabytes = new byte[3 << 20];
        MessageDigest digest = Sha256.begin();
        for (int from = 0; from < threeMegabytes.length; from += 1 << 18) {
            digest.update(threeMegabytes, from, 1 << 18);
        }
        assertThat(Sha256.end(digest))
                .isEqualTo(Sha256.of(threeMegabytes))
                .isEqualTo(Sha256.of(new ByteArrayInputStream(threeMegabytes)));
    }
}
