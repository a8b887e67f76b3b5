package io.github.marspark.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.data.avro.NumberType;
import io.github.marspark.data.latent.LatentHeader;
import io.github.marspark.model.autoencoder.AutoencoderConfig;
import io.github.marspark.model.autoencoder.AutoencoderParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class TokenizerTest {

    private static final AutoencoderConfig SIZES =
            new AutoencoderConfig(8, 3, 8, List.of(1, 2), 1, List.of(), List.of(4), 2, 4);

    @TempDir
    Path folder;

    private static Tokenizer tokenizer(AutoencoderConfig sizes, double value, double scale) {
        long parameters = AutoencoderParameters.layout(sizes).size();
        return new Tokenizer(sizes, Nd4j.valueArrayOf(new long[] {parameters}, value, DataType.FLOAT), scale);
    }

    private static Tokenizer tokenizer() {
        return tokenizer(SIZES, 0.1, 0.5);
    }

    private Path saved() {
        tokenizer().save(folder);
        return folder.resolve(Tokenizer.DESCRIPTION);
    }

    @Test
    void isReadAsItWasWritten() {
        saved();
        Tokenizer read = Tokenizer.open(folder);
        assertThat(read.config()).isEqualTo(SIZES);
        assertThat(read.scale()).isEqualTo(0.5);
        assertThat(read.fingerprint()).isEqualTo(tokenizer().fingerprint()).matches("\\p{XDigit}{32}-\\p{XDigit}{64}");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(Tokenizer.DESCRIPTION, Tokenizer.WEIGHTS);
    }

    @Test
    void ofCodesIsReadAsItWasWritten() throws IOException {
        AutoencoderConfig quantised = SIZES.withCodes(5).withHiddenChannels(3);
        CodesInUse inUse = new CodesInUse(64, 4, 3.5);
        long parameters = AutoencoderParameters.layout(quantised).size();
        new Tokenizer(quantised, Nd4j.valueArrayOf(new long[] {parameters}, 0.1, DataType.FLOAT), 0.5, inUse)
                .save(folder);
        Tokenizer read = Tokenizer.open(folder);
        assertThat(read.config()).isEqualTo(quantised);
        assertThat(read.codesInUse()).isEqualTo(inUse);
        assertThat(read.codesInUse().measured()).isTrue();
        assertThat(read.fingerprint())
                .isNotEqualTo(tokenizer(SIZES.withCodes(5), 0.1, 0.5).fingerprint());
        Path file = folder.resolve(Tokenizer.DESCRIPTION);
        String json = Files.readString(file);
        Files.writeString(file, json.replace("\"hiddenChannels\" : 3", "\"hiddenChannels\" : 2"));
        refused(file + ": its fingerprint is that of other sizes or another scale, so that it was altered;"
                + " restore the file, or train or import the tokenizer again");
        Files.writeString(file, json.replace("\"format\" : 3", "\"format\" : 2"));
        refused(file + ": its fingerprint is that of other sizes or another scale, so that it was altered;"
                + " restore the file, or train or import the tokenizer again");
    }

    /** As they were before there were codes. */
    @Test
    void ofNoCodesDescriptionAndFingerprintAreThoseOfFormat2() throws IOException {
        assertThat(Files.readString(saved()))
                .contains("\"format\" : 2")
                .doesNotContain("codes", "hiddenChannels", "known", "measured");
        assertThat(tokenizer().fingerprint()).startsWith("1f75a8c5e4f421432e777d2a4e4f8fa2-");
        assertThat(tokenizer().codesInUse().measured()).isFalse();
    }

    @Test
    void theFingerprintChangesWithAllThatChangesAPicture() {
        List<AutoencoderConfig> others = List.of(
                new AutoencoderConfig(16, 3, 8, List.of(1, 2), 1, List.of(), List.of(8), 2, 4),
                new AutoencoderConfig(8, 3, 8, List.of(1, 2), 1, List.of(), List.of(4), 2, 2),
                new AutoencoderConfig(8, 3, 8, List.of(1, 2), 1, List.of(8), List.of(4), 2, 4),
                new AutoencoderConfig(8, 3, 8, List.of(1, 2), 1, List.of(), List.of(8), 2, 4));
        assertThat(others)
                .allSatisfy(sizes -> assertThat(tokenizer(sizes, 0.1, 0.5).fingerprint())
                        .isNotEqualTo(tokenizer().fingerprint()));
        assertThat(tokenizer(SIZES, 0.1, 0.25).fingerprint())
                .isNotEqualTo(tokenizer().fingerprint());
        assertThat(tokenizer(SIZES, 0.2, 0.5).fingerprint())
                .isNotEqualTo(tokenizer().fingerprint());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"scale\" : 0.5|\"scale\" : 0.25",
                "\"groups\" : 4|\"groups\" : 2",
                "\"resolution\" : 8|\"resolution\" : 16",
                "\"width\" : 8|\"width\" : 16",
                "\"decoderAttention\" : [ 4 ]|\"decoderAttention\" : [ ]",
                "\"multipliers\" : [ 1, 2 ]|\"multipliers\" : [ 1, 1 ]",
                "\"latentChannels\" : 2|\"latentChannels\" : 3",
                "\"residualBlocks\" : 1|\"residualBlocks\" : 2"
            })
    void anAlteredDescriptionIsRefused(String written, String altered) throws IOException {
        Path file = saved();
        String json = Files.readString(file);
        assertThat(json).contains(written);
        Files.writeString(file, json.replace(written, altered));
        refused(file + ": its fingerprint is that of other sizes or another scale, so that it was altered;"
                + " restore the file, or train or import the tokenizer again");
    }

    @Test
    void impossibleDescriptionsAreRefusedBeforeAnythingIsAllocated() throws IOException {
        Path file = saved();
        String json = Files.readString(file);
        Files.writeString(file, json.replace("\"residualBlocks\" : 1", "\"residualBlocks\" : 2000000000"));
        refused(file
                + ": its residualBlocks is 2000000000, must be at most 64; restore the file, or train or import the"
                + " tokenizer again");
        Files.writeString(file, json.replace("\"scale\" : 0.5", "\"scale\" : -1"));
        refused(file + ": its scale is -1.0, must be positive and finite; restore the file, or train or import the"
                + " tokenizer again");
        Files.writeString(file, json.replace("\"format\" : 2", "\"format\" : 1"));
        refused(file + ": its fingerprint is none of format 1, so that it was altered; restore the file, or train or"
                + " import the tokenizer again");
        Files.writeString(file, json.replace("\"format\" : 2", "\"format\" : 4"));
        refused(file
                + " cannot be read; ./mar train-tokenizer writes it (its format is 4, this program reads 2 and 3)");
        Files.writeString(file, json.replace("[ 1, 2 ]", "[ 1, null ]"));
        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(file + " is not a tokenizer's description: Invalid `null` value");
        Files.writeString(file, json.replace("\"scale\" : 0.5,", ""));
        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(file + " is not a tokenizer's description: Missing creator property 'scale'");
    }

    @Test
    void noAlteredBitOfEitherFileGoesUnnoticed() throws IOException {
        saved();
        Random random = new Random(7);
        for (String name : List.of(Tokenizer.DESCRIPTION, Tokenizer.WEIGHTS)) {
            Path file = folder.resolve(name);
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < 400; i++) {
                byte[] bytes = good.clone();
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                Files.write(file, bytes);
                assertRefusedOrTheSame(name + " of round " + i);
            }
            Files.write(file, good);
        }
    }

    private void assertRefusedOrTheSame(String what) {
        try {
            Tokenizer read = Tokenizer.open(folder);
            assertThat(read.fingerprint()).as(what).isEqualTo(tokenizer().fingerprint());
            assertThat(read.config()).as(what).isEqualTo(SIZES);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            assertThat(e.getMessage()).as(what).contains(folder.toString()).doesNotEndWith("null");
        }
    }

    @Test
    void weightsOfAnotherTokenizerAreRefused() throws IOException {
        saved();
        Path other = folder.resolve("other");
        tokenizer(SIZES, 0.2, 0.5).save(other);
        Files.delete(folder.resolve(Tokenizer.WEIGHTS));
        Files.move(other.resolve(Tokenizer.WEIGHTS), folder.resolve(Tokenizer.WEIGHTS));
        refused(folder.resolve(Tokenizer.WEIGHTS)
                + " holds other weights than tokenizer.json speaks of; restore the two files together or train the"
                + " tokenizer again");
    }

    @Test
    void aFolderOfAnEarlierVersionIsReadAndItsLatentsAreItsOwn() throws IOException {
        AutoencoderConfig sizes = SIZES.withDecoderAttention(List.of());
        Tokenizer tokenizer = tokenizer(sizes, 0.1, 0.5);
        tokenizer.save(folder);
        Path file = folder.resolve(Tokenizer.DESCRIPTION);
        String weights = tokenizer.fingerprint().substring(33);
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("\"format\" : 2", "\"format\" : 1")
                        .replaceFirst("\"decoderAttention\" : \\[ \\],\\s*", "")
                        .replace(tokenizer.fingerprint(), weights));
        Tokenizer read = Tokenizer.open(folder);
        assertThat(read.config()).isEqualTo(sizes);
        assertThat(read.fingerprint()).isEqualTo(tokenizer.fingerprint());
        LatentHeader header = new LatentHeader(weights, 2, 4, 4, 0.5, NumberType.FLOAT16, 8, List.of());
        assertThat(read.identity().differenceFrom(header.tokenizer())).isEmpty();
        assertThat(read.identity().isSameAs(header.tokenizer())).isTrue();
    }

    @Test
    void whatDiffersBetweenTwoIsSaid() {
        TokenizerIdentity identity = tokenizer().identity();
        String weights = identity.fingerprint().substring(33);
        assertThat(identity.differenceFrom(identity)).isEmpty();
        assertThat(identity.differenceFrom(tokenizer(SIZES, 0.1, 0.25).identity()))
                .contains("scale 0.5 instead of 0.25, with the same weights");
        assertThat(identity.differenceFrom(new TokenizerIdentity(weights, 0.25)))
                .contains("scale 0.5 instead of 0.25, with the same weights");
        AutoencoderConfig groups = new AutoencoderConfig(8, 3, 8, List.of(1, 2), 1, List.of(), List.of(4), 2, 2);
        assertThat(identity.differenceFrom(tokenizer(groups, 0.1, 0.5).identity()))
                .contains("other sizes of the autoencoder, with the same weights and scale");
        assertThat(identity.differenceFrom(new TokenizerIdentity("f".repeat(64), 0.5)))
                .contains("weights " + weights.substring(0, 12) + "… instead of ffffffffffff…");
    }

    private void refused(String message) {
        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageEndingWith(message);
    }
}
