package io.github.marspark.jobs.images;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarMembersTest {
    private static final byte[] PNG = TarFile.png(100);
    private static final String LONG = "folder/".repeat(30) + "größe 大.png";

    @TempDir
    Path folder;

    @Test
    void labelsMayStandAnywhereInTheTar() throws IOException {
        TarFile tar = new TarFile()
                .add("a.cls", "1")
                .add("b.cls", "2")
                .add("c.png", PNG)
                .add("b.png", PNG)
                .add("a.png", PNG);
        assertThat(list(tar.add("c.cls", "0").bytes())).isEqualTo(Map.of("a.png", "1", "b.png", "2", "c.png", "0"));
    }

    @Test
    void viewsOfOneSampleShareItsLabel() throws IOException {
        TarFile tar =
                new TarFile().add("a.left.png", PNG).add("a.right.png", PNG).add("a.cls", "1");
        assertThat(list(tar.bytes())).isEqualTo(Map.of("a.left.png", "1", "a.right.png", "1"));
    }

    @Test
    void labelOfAnotherIsNeverTaken() throws IOException {
        TarFile tar = new TarFile()
                .add("a.0.png", PNG)
                .add("a.1.png", PNG)
                .add("a.1.cls", "1")
                .add("a.png", PNG);
        String alone = "AMBIGUOUS has no label of its own, but shares the key a with a.1.cls; give each its own .cls";
        assertThat(list(tar.bytes())).isEqualTo(Map.of("a.0.png", alone, "a.1.png", "1", "a.png", alone));
    }

    @Test
    void clsCountsBeforeJsonAndJsonBeforeText() throws IOException {
        TarFile tar = new TarFile()
                .add("a.png", PNG)
                .add("a.cls", "1")
                .add("a.json", "broken")
                .add("a.txt", "a caption")
                .add("b.png", PNG)
                .add("b.txt", "5")
                .add("b.json", "{\"label\": 5}")
                .add("c.png", PNG)
                .add("c.txt", "6")
                .add("c.json", "{\"url\": \"x\"}")
                .add("d.png", PNG)
                .add("d.txt", "two cats")
                .add("e.png", PNG)
                .add("e.cls", "1")
                .add("e.json", "{\"label\": 2}")
                .add("f.png", PNG)
                .add("f.cls", "cat")
                .add("f.json", "{\"label\": 2}");
        assertThat(list(tar.bytes()))
                .isEqualTo(Map.of(
                        "a.png", "1",
                        "b.png", "5",
                        "c.png", "6",
                        "d.png", "none",
                        "e.png", "AMBIGUOUS has two labels: e.cls says 1, e.json says 2",
                        "f.png", "cat"));
    }

    @Test
    void textThatIsTooLongToBeALabelCostsOnlyItsImage() throws IOException {
        TarFile tar = new TarFile()
                .add("a.png", PNG)
                .add("a.cls", new byte[70_000])
                .add("b.png", PNG)
                .add("b.cls", "2");
        assertThat(list(tar.bytes()))
                .isEqualTo(Map.of(
                        "a.png",
                                "AMBIGUOUS has no label: a.cls has 70000 bytes, more than the 65536 that are read for a label",
                        "b.png", "2"));
    }

    @Test
    void withoutLabelsNoneIsLookedAt() throws IOException {
        byte[] tar = new TarFile()
                .add("a.png", PNG)
                .add("a.cls", "1")
                .add("b.png", PNG)
                .add("b.json", "{")
                .bytes();
        assertThat(list(tar, new ImageSettings("", "", false))).isEqualTo(Map.of("a.png", "none", "b.png", "none"));
    }

    @Test
    void fieldOfTheLabelCanBeNamed() throws IOException {
        byte[] tar = new TarFile()
                .add("a.png", PNG)
                .add("a.json", "{\"label\": 1, \"kind\": 2}")
                .bytes();
        assertThat(list(tar, new ImageSettings("", "kind", true))).isEqualTo(Map.of("a.png", "2"));
    }

    @Test
    void imagesAreFoundByTheirFirstBytesWhereTheNameSaysNothing() throws IOException {
        TarFile tar = new TarFile()
                .add("a", PNG)
                .add("b.jpg.bin", PNG)
                .add("c.npy", "\u0093NUMPY")
                .add("d.note", "BMW");
        assertThat(list(tar.add("e.raw2", "BM\0\0\0\0\0\0\0\0".getBytes(UTF_8)).bytes()))
                .isEqualTo(Map.of("a", "none", "b.jpg.bin", "none", "e.raw2", "none"));
    }

    @Test
    void linksAndOtherThingsThatAreNoFilesAreRejected() throws IOException {
        TarFile tar = new TarFile()
                .add("a.png", PNG)
                .link("b.png", '1', "a.png")
                .link("c.png", '2', "a.png")
                .add("d.png/", new byte[0]);
        assertThat(list(tar.bytes()))
                .isEqualTo(Map.of(
                        "a.png", "none",
                        "b.png", "UNREADABLE is a link to a.png in its tar; pack the files themselves",
                        "c.png", "UNREADABLE is a link to a.png in its tar; pack the files themselves"));
    }

    @Test
    void longNamesAreReadAsBothToolsWriteThem() throws IOException {
        byte[] posix = new TarFile()
                .posix()
                .add(LONG, PNG)
                .add(LONG.replace("png", "cls"), "3")
                .bytes();
        assertThat(list(posix)).isEqualTo(Map.of(LONG, "3"));
        byte[] gnu = new TarFile()
                .gnu()
                .add(LONG, PNG)
                .add(LONG.replace("png", "cls"), "3")
                .bytes();
        assertThat(list(gnu)).isEqualTo(Map.of(LONG, "3"));
    }

    @Test
    void recordsOfOtherThingsArePassedOver() throws IOException {
        byte[] tar = new TarFile()
                .posix()
                .add("a.png", PNG, entry -> entry.addPaxHeader("comment", "x".repeat(2000)))
                .add("a.cls", "1")
                .bytes();
        assertThat(list(tar)).isEqualTo(Map.of("a.png", "1"));
    }

    @Test
    void joinedTarsAreReadToTheLast() throws IOException {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(
                Arrays.copyOf(new TarFile().add("a.png", PNG).add("a.cls", "1").bytes(), 10_240));
        joined.write(new TarFile().add("b.png", PNG).add("b.cls", "2").bytes());
        assertThat(list(joined.toByteArray()))
                .isEqualTo(Map.of(
                        "a.png",
                        "1",
                        "b.png",
                        "2",
                        "",
                        "NOTE goes on after its end, as joined tar files do; all of it is read"));
    }

    /** A member's header and content end with a record, and nothing is left of them but its label. */
    @Test
    void zerosThatLookLikeAnEndAreToldWhereALabelIsLeft() throws IOException {
        byte[] tar = new TarFile()
                .add("a.cls", "1")
                .add("a.png", TarFile.png(6_500))
                .add("b.cls", "2")
                .add("b.png", PNG)
                .add("c.cls", "3")
                .add("c.png", PNG)
                .bytes();
        Arrays.fill(tar, 9_216, 10_240, (byte) 0);
        assertThat(list(tar))
                .containsKeys("a.png", "c.png")
                .doesNotContainKey("b.png")
                .containsEntry(
                        "",
                        "UNREADABLE has 1024 bytes of zeros, as where tar files were joined, and no image to b.cls, which may have been there");
    }

    @Test
    void zerosThatLookLikeAnEndMayHaveBeenALabel() throws IOException {
        byte[] tar = new TarFile()
                .add("a.cls", "1")
                .add("a.png", TarFile.png(7_500))
                .add("b.cls", "2")
                .add("b.png", PNG)
                .bytes();
        Arrays.fill(tar, 9_216, 10_240, (byte) 0);
        assertThat(list(tar))
                .containsEntry("a.png", "1")
                .containsEntry("b.png", "AMBIGUOUS has no label in the part of its tar that could be read");
    }

    @Test
    void labelsOfNoImageAreTold() throws IOException {
        byte[] tar = new TarFile()
                .add("a.png", PNG)
                .add("a.cls", "1")
                .add("b.cls", "2")
                .add("c.json", "{\"label\": 3}")
                .bytes();
        assertThat(list(tar)).isEqualTo(Map.of("a.png", "1", "", "NOTE has no image to 2 labels such as b.cls"));
    }

    @Test
    void zerosBetweenMembersAreToldAndMayHaveBeenALabel() throws IOException {
        byte[] tar = new TarFile()
                .add("a.cls", "1")
                .add("a.png", PNG)
                .add("b.png", PNG)
                .add("c.png", PNG)
                .add("c.cls", "2")
                .bytes();
        Arrays.fill(tar, 1024, 2 * 1024, (byte) 0);
        assertThat(list(tar))
                .isEqualTo(Map.of(
                        "c.png", "2",
                        "", "UNREADABLE has 1024 bytes of zeros between its members, where others may have been",
                        "b.png", "AMBIGUOUS has no label in the part of its tar that could be read"));
    }

    @Test
    void whatFollowsTheEndAndIsNoTarIsTold() throws IOException {
        ByteArrayOutputStream longer = new ByteArrayOutputStream();
        longer.write(new TarFile().add("a.png", PNG).bytes());
        longer.write("signed by me".repeat(100).getBytes(UTF_8));
        assertThat(list(longer.toByteArray()))
                .isEqualTo(
                        Map.of(
                                "a.png", "none",
                                "",
                                        "UNREADABLE has a damaged header: its checksum is wrong, at byte 2048; 1200 of its 3248 bytes are not read"));
    }

    @Test
    void moreZerosThanEndATarAreTold() throws IOException {
        byte[] tar = new TarFile().add("a.png", PNG).bytes();
        byte[] preallocated = Arrays.copyOf(tar, 5 << 20);
        assertThat(list(preallocated))
                .containsEntry(
                        "",
                        "UNREADABLE is cut or damaged: its last 5241856 bytes are zeros, more than mark the end of a tar, at byte 1024; 5241856 of its 5242880 bytes are not read");
    }

    @Test
    void memberThatIsLongerThanTheFileIsTold() throws IOException {
        byte[] tar = new TarFile()
                .add("a.png", PNG)
                .add("a.cls", "1")
                .add("b.png", TarFile.png(3000))
                .bytes();
        assertThat(list(Arrays.copyOf(tar, 4000)))
                .isEqualTo(
                        Map.of(
                                "a.png", "1",
                                "",
                                        "UNREADABLE is cut or damaged: its member b.png has 3000 bytes, of which only 1440 are there, at byte 2048; 1952 of its 4000 bytes are not read"));
    }

    @Test
    void imageWhoseLabelMayBeInTheLostPartIsRejected() throws IOException {
        byte[] tar = new TarFile()
                .add("a.cls", "1")
                .add("a.png", PNG)
                .add("b.png", PNG)
                .add("b.cls", "2")
                .bytes();
        assertThat(list(Arrays.copyOf(tar, 3 * 1024)))
                .containsEntry("a.png", "1")
                .containsEntry("b.png", "AMBIGUOUS has no label in the part of its tar that could be read");
    }

    /** Wherever a tar is cut, it is told, and no image has another label. */
    @Test
    void cutAnywhereIsTold() throws IOException {
        byte[] tar = new TarFile()
                .posix()
                .add("a.png", PNG)
                .add("a.cls", "1")
                .add(LONG, PNG)
                .add("c.png", PNG)
                .add("c.cls", "3")
                .bytes();
        int end = 5 * 1024 + 3 * 512;
        for (int length = 1; length < end; length += 37) {
            Map<String, String> listed = list(Arrays.copyOf(tar, length));
            assertThat(listed).as("cut after %d bytes", length).containsKey("");
            assertThat(listed.getOrDefault("a.png", "1")).isIn("1", "none");
            assertThat(listed.getOrDefault("c.png", "3"))
                    .isIn("3", "AMBIGUOUS has no label in the part of its tar that could be read");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 124, 148, 156, 257, 345, 500})
    void alteredHeaderIsTold(int at) throws IOException {
        byte[] tar = new TarFile().add("a.png", PNG).add("b.png", PNG).bytes();
        tar[1024 + at] ^= 4;
        assertThat(list(tar))
                .isEqualTo(
                        Map.of(
                                "a.png", "none",
                                "",
                                        "UNREADABLE has a damaged header: its checksum is wrong, at byte 1024; 2048 of its 3072 bytes are not read"));
    }

    @Test
    void otherFilesNamedTarAreCalledWhatTheyAre() throws IOException {
        assertThat(list(new byte[0])).isEqualTo(Map.of("", "UNREADABLE is empty; fetch it again"));
        assertThat(list("<html>not found".getBytes(UTF_8)))
                .isEqualTo(Map.of("", "UNREADABLE is a web page; fetch it again"));
        assertThat(list("PK\3\4 something".getBytes(UTF_8)))
                .isEqualTo(Map.of("", "UNREADABLE is a zip file; unpack it"));
        assertThat(list("something else".getBytes(UTF_8)))
                .isEqualTo(Map.of("", "UNREADABLE is no tar file: it begins with \"something else\""));
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(new TarFile().add("a.png", PNG).bytes());
        }
        assertThat(list(zipped.toByteArray())).isEqualTo(Map.of("", "UNREADABLE is compressed by gzip; unpack it"));
    }

    @Test
    void tarWithoutImagesIsTold() throws IOException {
        assertThat(list(new TarFile().add("README", "about").bytes()))
                .isEqualTo(Map.of("", "NOTE has no images in it"));
    }

    private Map<String, String> list(byte[] tar) throws IOException {
        return list(tar, ImageSettings.LABELLED);
    }

    /** Labels, or what is wrong, by the names of the members; of the whole tar under no name. */
    private Map<String, String> list(byte[] tar, ImageSettings settings) throws IOException {
        Path file = Files.write(folder.resolve("x.tar"), tar);
        SourceImage container = SourceImage.file("x.tar", file.toUri().toString(), tar.length, 7);
        Map<String, String> listed = new TreeMap<>();
        List<SourceImage> images = new ArrayList<>();
        Iterator<SourceImage> members = TarMembers.list(container, settings);
        members.forEachRemaining(images::add);
        for (SourceImage image : images) {
            Trouble trouble = image.trouble();
            String name = image.id().replaceFirst("x\\.tar#?", "");
            String found = trouble != null
                    ? (trouble.reason() == null ? "NOTE" : trouble.reason()) + " " + trouble.detail()
                    : image.word() != null ? image.word() : image.label() < 0 ? "none" : "" + image.label();
            assertThat(listed.put(name, found)).isNull();
            if (trouble == null) {
                assertThat(Arrays.copyOfRange(tar, (int) image.offset(), (int) (image.offset() + image.length())))
                        .startsWith(tar[(int) image.offset()]);
            }
        }
        return listed;
    }
}
