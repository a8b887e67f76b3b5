package io.github.marspark.jobs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.checkpoint.CheckpointManifest.Array;
import io.github.marspark.jobs.checkpoint.CheckpointManifest.Data;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointManifestTest {
    private static final String WHERE = "file:/checkpoints/step-00000005/manifest.json";

    /** As version 0.1.0 wrote it. */
    private static final String OLD = """
            {
              "format" : 1,
              "step" : 5,
              "program" : "0.1.0",
              "recipe" : "name=tiny\\n",
              "data" : {
                "tokenizer" : "ff",
                "latentScale" : 0.5,
                "records" : 30,
                "fingerprint" : "aa"
              },
              "layout" : [ {
                "name" : "mask_token",
                "shape" : [ 1, 1, 4 ]
              }, {
                "name" : "weight",
                "shape" : [ 2, 3 ]
              } ],
              "shards" : [ {
                "file" : "shard-00000-of-00002.safetensors",
                "from" : 0,
                "to" : 5,
                "bytes" : 400,
                "sha256" : "01"
              }, {
                "file" : "shard-00001-of-00002.safetensors",
                "from" : 5,
                "to" : 10,
                "bytes" : 400,
                "sha256" : "02"
              } ]
            }""";

    private static CheckpointManifest parse(String json) {
        return CheckpointManifest.parse(json.getBytes(StandardCharsets.UTF_8), WHERE);
    }

    @Test
    void whatWasWrittenBeforeIsReadAndWrittenAgainByteForByte() {
        CheckpointManifest manifest = parse(OLD);
        assertThat(manifest)
                .isEqualTo(new CheckpointManifest(
                        1,
                        5,
                        "0.1.0",
                        "name=tiny\n",
                        new Data("ff", 0.5, 30, "aa"),
                        List.of(new Array("mask_token", List.of(1, 1, 4)), new Array("weight", List.of(2, 3))),
                        List.of(
                                new CheckpointPart("shard-00000-of-00002.safetensors", 0, 5, 400, "01"),
                                new CheckpointPart("shard-00001-of-00002.safetensors", 5, 10, 400, "02")),
                        false));
        assertThat(manifest.parameters()).isEqualTo(10);
        assertThat(new String(manifest.toJson(), StandardCharsets.UTF_8)).isEqualTo(OLD);
    }

    @Test
    void formOfALaterProgramIsRefusedByItsVersionsWhateverElseItHolds() {
        String later = OLD.replace("\"format\" : 1", "\"format\" : 7, \"optimizer\" : []")
                .replace("0.1.0", "9.9.9")
                .replace("shards", "pieces");
        assertThatThrownBy(() -> parse(later))
                .isInstanceOf(CheckpointFormatException.class)
                .hasMessage(
                        WHERE
                                + " is of format 7, written by mar-spark 9.9.9, and this program reads format 1; use that program, or another folder with checkpoints=…");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../shard.safetensors",
                "/etc/passwd",
                "folder/shard.safetensors",
                "..",
                ".",
                "",
                ".hidden",
                "hdfs://elsewhere/shard",
                "a\\\\b"
            })
    void partOutsideOfTheCheckpointsFolderIsRefused(String name) {
        String told = name.replace("\\\\", "\\");
        assertThatThrownBy(() -> parse(OLD.replace("shard-00001-of-00002.safetensors", name)))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(WHERE + " contradicts itself: a part's file is \"" + told
                        + "\", must be a name in the checkpoint's own folder");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"from\" : 5 | \"from\" : 4 | shard-00001-of-00002.safetensors holds the parameters from 4 on, the files before it end with 5",
                "\"from\" : 5 | \"from\" : 6 | shard-00001-of-00002.safetensors holds the parameters from 6 on, the files before it end with 5",
                "\"to\" : 10 | \"to\" : 11 | its files hold 11 parameters, the arrays have 10",
                "[ 2, 3 ] | [ 2, 4 ] | its files hold 10 parameters, the arrays have 12",
                "\"to\" : 10 | \"to\" : 5 | shard-00001-of-00002.safetensors holds the parameters 5 to 5 in 400 bytes, which cannot be",
                "\"bytes\" : 400 | \"bytes\" : -1 | shard-00000-of-00002.safetensors holds the parameters 0 to 5 in -1 bytes, which cannot be"
            })
    void filesThatDoNotHoldEachParameterOnceAreRefused(String part, String other, String sentence) {
        assertThatThrownBy(() -> parse(OLD.replace(part, other)))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(WHERE + " contradicts itself: " + sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | has the format of nothing, must be 1",
                "{\"format\": 0} | has the format 0, must be 1",
                "{\"format\": \"x\"} | has the format x, must be 1",
                "[1] | has the format of nothing, must be 1",
                "{ | is no manifest of a checkpoint: Unexpected end-of-input",
                "{\"format\": 1, \"step\": \"x\"} | is no manifest of a checkpoint: Cannot deserialize"
            })
    void somethingElseIsRefused(String json, String sentence) {
        assertThatThrownBy(() -> parse(json))
                .isExactlyInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(WHERE + " " + sentence);
    }
}
