package io.github.marspark.jobs.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.cluster.LocalSpark;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tar files as they are found, one kind a test. */
class TarCasesTest {
    private static final String SHARD = "shard-000000.tar";

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    @Test
    void keysMayHaveDots() {
        Listed listed = list("dotted_keys");
        assertThat(listed.labels())
                .isEqualTo(Map.of(id("n0144.0.png"), "3", id("n0144.1.png"), "1", id("n0144.2.png"), "2"));
        assertThat(listed.rejects()).isEmpty();
    }

    @Test
    void whatMacosAddsIsLeftOutAndTold() {
        Listed listed = list("appledouble");
        assertThat(listed.labels())
                .isEqualTo(Map.of(id("./0000.png"), "3", id("./0001.png"), "1", id("./0002.png"), "2"));
        assertThat(listed.rejects()).isEmpty();
        assertThat(listed.notes()).containsExactly(SHARD + " has 6 members of operating systems, left out");
    }

    @Test
    void membersOfOneNameAreRejectedWithThePlacesOfBoth() {
        Listed listed = list("dup_names");
        assertThat(listed.labels()).isEmpty();
        String both =
                "AMBIGUOUS has the name of 2 members of its tar, at the bytes %d and %d; give each a name of its own";
        assertThat(listed.rejects())
                .isEqualTo(Map.of(
                        id("0000.png"), both.formatted(1536, 5632),
                        id("0000.png at byte 5632"), both.formatted(1536, 5632),
                        id("0001.png"), both.formatted(3584, 7680),
                        id("0001.png at byte 7680"), both.formatted(3584, 7680)));
    }

    @Test
    void whatPythonWritesForNoNumberIsRead() {
        Listed listed = list("json_nan");
        assertThat(listed.labels()).isEqualTo(Map.of(id("0000.png"), "3", id("0001.png"), "1", id("0002.png"), "2"));
        assertThat(listed.rejects()).isEmpty();
    }

    @Test
    void brokenJsonCostsOnlyItsOwnImage() {
        Listed listed = list("json_broken_one");
        assertThat(listed.labels()).isEqualTo(Map.of(id("0000.png"), "3", id("0002.png"), "2"));
        assertThat(listed.rejects())
                .isEqualTo(Map.of(id("0001.png"), "AMBIGUOUS has no label: 0001.json is broken JSON"));
    }

    @Test
    void cutTarsAreTold() {
        Listed early = list("cut_1300");
        assertThat(early.labels()).isEmpty();
        assertThat(early.rejects())
                .isEqualTo(
                        Map.of(
                                SHARD,
                                "UNREADABLE is cut: it ends within a header, at byte 1024; 276 of its 1300 bytes are not read"));
        Listed late = list("cut_2600");
        assertThat(late.labels()).isEqualTo(Map.of(id("0000.png"), "3"));
        assertThat(late.rejects())
                .isEqualTo(
                        Map.of(
                                SHARD,
                                "UNREADABLE is cut: it ends without the zeros that mark the end of a tar; what followed after byte 2600 is not known"));
        assertThat(late.unread()).isEqualTo(Map.of(SHARD, 0L));
    }

    @Test
    void pointerOfGitLfsBesideAGoodTarIsNamed() {
        Listed listed = list("lfs_one_of_two");
        assertThat(listed.labels())
                .isEqualTo(Map.of(
                        "shard-000001.tar#0000.png",
                        "3",
                        "shard-000001.tar#0001.png",
                        "1",
                        "shard-000001.tar#0002.png",
                        "2"));
        assertThat(listed.rejects())
                .isEqualTo(
                        Map.of(SHARD, "UNREADABLE is a pointer of Git LFS and not the file itself; run git lfs pull"));
        assertThat(listed.unread()).isEqualTo(Map.of(SHARD, 134L));
    }

    @Test
    void membersNamedLikeImagesThatAreNotDecodedAreListedToo() {
        Listed listed = list("ppm");
        assertThat(listed.labels())
                .isEqualTo(Map.of(
                        id("0000.ppm"), "1",
                        id("0001.png"), "2",
                        id("0002.img"), "2",
                        id("0004.jp2"), "2",
                        id("0005.avif"), "2"));
    }

    @Test
    void wholeNumbersMayBeWrittenAsFractions() {
        Listed listed = list("cls_float");
        assertThat(listed.labels()).isEqualTo(Map.of(id("0000.png"), "3", id("0001.png"), "1", id("0002.png"), "2"));
    }

    private static Listed list(String name) {
        return Listed.of(SPARK.session(), ContainerFiles.tar(Listed.resource("tar/" + name), ImageSettings.LABELLED));
    }

    private static String id(String member) {
        return SHARD + "#" + member;
    }
}
