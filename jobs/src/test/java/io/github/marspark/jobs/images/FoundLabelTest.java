package io.github.marspark.jobs.images;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FoundLabelTest {
    @ParameterizedTest
    @CsvSource({
        "3,3",
        "'3\n',3",
        "' 3 ',3",
        "'3\r\n',3",
        "+2,2",
        "3.0,3",
        "3.,3",
        "007,7",
        "-1,-1",
        "-3,-1",
        "99999999999,2147483647"
    })
    void wholeNumbersAreNumbersHoweverTheyAreWritten(String text, int number) {
        assertThat(ofText(text)).isEqualTo(new FoundLabel(number, null, null));
        assertThat(ofText("\ufeff" + text)).isEqualTo(new FoundLabel(number, null, null));
        assertThat(FoundLabel.ofText(("\ufeff" + text).getBytes(UTF_16LE)))
                .isEqualTo(new FoundLabel(number, null, null));
        assertThat(FoundLabel.ofText(("\ufeff" + text).getBytes(UTF_16BE)))
                .isEqualTo(new FoundLabel(number, null, null));
        assertThat(FoundLabel.ofCaption(text.getBytes(UTF_8))).hasValue(new FoundLabel(number, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tabby cat", "n01440764", "größe", "3 cats", "3,0", "0x1f"})
    void otherTextIsAName(String text) {
        assertThat(ofText(text)).isEqualTo(new FoundLabel(-1, text, null));
        assertThat(FoundLabel.ofCaption(text.getBytes(UTF_8))).isEmpty();
    }

    @Test
    void numbersThatAreNotWholeAndTextThatIsNoNameAreProblems() {
        assertThat(ofText("2.5").problem()).isEqualTo("says \"2.5\", which is no number of a class");
        assertThat(ofText("1e3").problem()).isEqualTo("says \"1e3\", which is no number of a class");
        assertThat(ofText("1e999999999").problem()).isEqualTo("says \"1e999999999\", which is no number of a class");
        assertThat(ofText("nan").problem()).isEqualTo("says \"nan\", which is no number of a class");
        assertThat(ofText(" \n").problem()).isEqualTo("is empty");
        assertThat(ofText("one\ntwo").problem()).isEqualTo("says \"one two\", which is neither a number nor a name");
        assertThat(ofText("x".repeat(300)).problem())
                .isEqualTo("says \"" + "x".repeat(40) + "…\", which is neither a number nor a name");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"label\": 3} | 3",
                "{\"label\": 3.0} | 3",
                "{\"label\": \"3\"} | 3",
                "{\"cls\": 2, \"x\": NaN, \"y\": -Infinity} | 2",
                "{\"caption\": \"5\", \"class_id\": 4} | 4",
                "{\"label\": null, \"cls\": 2} | 2",
                "7 | 7"
            })
    void jsonIsReadAsPythonWritesIt(String json, int number) {
        assertThat(ofJson(json)).isEqualTo(new FoundLabel(number, null, null));
        assertThat(ofJson("\ufeff" + json)).isEqualTo(new FoundLabel(number, null, null));
    }

    @Test
    void jsonWithoutSuchAFieldSaysNothing() {
        assertThat(FoundLabel.ofJson("{\"key\": \"0\"}".getBytes(UTF_8), "")).isEmpty();
        assertThat(FoundLabel.ofJson("[1, 2]".getBytes(UTF_8), "")).isEmpty();
        assertThat(FoundLabel.ofJson("{\"label\": 1}".getBytes(UTF_8), "kind")).isEmpty();
        assertThat(FoundLabel.ofJson("{\"label\": 1, \"kind\": \"cat\"}".getBytes(UTF_8), "kind"))
                .hasValue(new FoundLabel(-1, "cat", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"label\": 1,", "{\"label\": 1} x", "{\"label\": 1, \"label\": 2}", "\u0000"})
    void brokenJsonIsAProblem(String json) {
        assertThat(ofJson(json).problem()).isEqualTo("is broken JSON");
        assertThat(FoundLabel.ofJson("[".repeat(100_000).getBytes(StandardCharsets.UTF_8), "")
                        .orElseThrow()
                        .problem())
                .isEqualTo("is broken JSON");
    }

    @Test
    void fieldThatIsNeitherANumberNorANameIsAProblem() {
        assertThat(ofJson("{\"label\": [1, 2]}").problem())
                .isEqualTo("has the label \"[1,2]\", which is neither a number nor a name");
        assertThat(ofJson("{\"label\": NaN}").problem()).isEqualTo("says \"NaN\", which is no number of a class");
    }

    private static FoundLabel ofText(String text) {
        return FoundLabel.ofText(text.getBytes(UTF_8));
    }

    private static FoundLabel ofJson(String json) {
        return FoundLabel.ofJson(json.getBytes(UTF_8), "").orElseThrow();
    }
}
