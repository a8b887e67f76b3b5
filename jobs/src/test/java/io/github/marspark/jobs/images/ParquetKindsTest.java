package io.github.marspark.jobs.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.cluster.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import java.util.stream.Collectors;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parquet files of columns that other programs write. */
class ParquetKindsTest {
    private static final String IMAGE = "required binary image; ";

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"img", "Image", "jpg", "image.bytes", "webp", "whatever it is"})
    void columnOfBytesIsFoundByItsNameOrBecauseItIsTheOnlyOne(String name) {
        write(
                "a.parquet",
                "required binary " + quoted(name) + "; required int32 label;",
                2,
                (row, n) -> row.append(quoted(name), ParquetTestFile.image(n)).append("label", n));
        assertThat(list().labels()).isEqualTo(Map.of(id("a", 0), "0", id("a", 1), "1"));
        assertThat(bytes()).containsExactly(40, 41);
    }

    /** Parquet's language has no names with blanks or dots, its files have. */
    private static String quoted(String name) {
        return name.replace(' ', '_');
    }

    @Test
    void columnsThatNobodyReadsMayBeOfAnyKind() {
        write(
                "a.parquet",
                IMAGE
                        + "required int64 label; required int64 at (TIMESTAMP(NANOS,true)); required int32 day (TIME(MILLIS,true));"
                        + "required int64 big (INTEGER(64,false)); required fixed_len_byte_array(12) span (INTERVAL);"
                        + "repeated binary words (UTF8); required int96 old;",
                2,
                (row, n) -> row.append("image", ParquetTestFile.image(n))
                        .append("label", (long) n)
                        .append("at", 1L)
                        .append("day", 1)
                        .append("big", -1L)
                        .append("span", Binary.fromConstantByteArray(new byte[12]))
                        .append("words", "a")
                        .append("old", Binary.fromConstantByteArray(new byte[12])));
        assertThat(list().labels()).isEqualTo(Map.of(id("a", 0), "0", id("a", 1), "1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int32 label (INTEGER(8,true))",
                "int32 label (INTEGER(16,false))",
                "int32 label (INTEGER(32,false))",
                "int64 label (INTEGER(64,false))",
                "int64 fine_label",
                "double target",
                "float cls",
                "binary label (UTF8)",
                "boolean class"
            })
    void labelsOfAnyWidthAreNumbers(String column) {
        String name = column.split(" ", -1)[1];
        write(
                "a.parquet",
                IMAGE + "required " + column + ";",
                2,
                (row, n) -> label(row.append("image", ParquetTestFile.image(n)), column, name, n));
        assertThat(list().labels()).isEqualTo(Map.of(id("a", 0), "0", id("a", 1), "1"));
    }

    private static void label(Group row, String column, String name, int value) {
        switch (column.split(" ", -1)[0]) {
            case "int32" -> row.append(name, value);
            case "int64" -> row.append(name, (long) value);
            case "double" -> row.append(name, (double) value);
            case "float" -> row.append(name, (float) value);
            case "boolean" -> row.append(name, value == 1);
            default -> row.append(name, value + ".0");
        }
    }

    @Test
    void numbersThatAreNotWholeAreRejectedAndNotANumberIsNoLabel() {
        write("a.parquet", IMAGE + "optional double label;", 4, (row, n) -> {
            row.append("image", ParquetTestFile.image(n));
            if (n < 3) {
                row.append("label", new double[] {1, 2.5, Double.NaN}[n]);
            }
        });
        Listed listed = list();
        assertThat(listed.labels()).isEqualTo(Map.of(id("a", 0), "1", id("a", 2), "none", id("a", 3), "none"));
        assertThat(listed.rejects())
                .isEqualTo(Map.of(id("a", 1), "AMBIGUOUS has the label 2.5, which is no number of a class"));
    }

    @Test
    void namesAreNumberedThroughAllFilesAndAnEmptyOneIsNone() {
        names("a.parquet", "oak", "");
        names("b.parquet", "ash", "oak");
        assertThat(list().labels())
                .isEqualTo(Map.of(id("a", 0), "oak", id("a", 1), "none", id("b", 0), "ash", id("b", 1), "oak"));
    }

    @Test
    void numbersInOneFileAndNamesInAnotherAreRefused() {
        names("a.parquet", "oak", "ash");
        numbered("b.parquet");
        assertThatThrownBy(this::list)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "file:%s has numbers and names for labels: %s has 0, %s has \"oak\"; write all of them one way"
                                .formatted(folder, id("b", 0), id("a", 0)));
    }

    @Test
    void foldersMaySayNamesWithEscapes() {
        image("label=a%3Ab c/x.parquet");
        image("label=größe/x.parquet");
        image("label=__HIVE_DEFAULT_PARTITION__/x.parquet");
        assertThat(list().labels().values()).containsExactlyInAnyOrder("a:b c", "größe", "none");
    }

    @Test
    void columnCountsBeforeTheFolder() {
        numbered("label=3/a.parquet");
        assertThat(list().labels()).isEqualTo(Map.of("label=3/" + id("a", 0), "0", "label=3/" + id("a", 1), "1"));
    }

    @Test
    void filesWithoutAnyEndingAreTakenAndOthersPassedOver() throws IOException {
        numbered("000000_0");
        Files.writeString(folder.resolve("README.md"), "about");
        numbered("_metadata");
        numbered("_half.parquet");
        Listed listed = list();
        assertThat(listed.labels()).containsOnlyKeys("000000_0#0000000000", "000000_0#0000000001");
        assertThat(listed.rejects()).isEmpty();
        assertThat(listed.notes())
                .containsExactly(
                        "_half.parquet is passed over, since its name or its folder's begins with _, as unfinished ones do");
    }

    @Test
    void namesWithColonsAndSignsOfPatternsAreOnlyNames() {
        numbered("x:y [1]{2,3}*?/50%25 größe.PARQUET");
        assertThat(list().labels()).containsKey("x:y [1]{2,3}*?/50%25 größe.PARQUET#0000000001");
        assertThat(bytes()).containsExactly(40, 41);
        ParquetImages images = images(ImageSettings.LABELLED);
        assertThat(images.hashes(images.list(SPARK.session()), 100).count()).isEqualTo(2);
    }

    @Test
    void columnsCanBeNamed() {
        write(
                "a.parquet",
                "required binary front; required binary back; required int32 label; required int32 kind;",
                2,
                (row, n) -> row.append("front", ParquetTestFile.image(n))
                        .append("back", ParquetTestFile.image(10 + n))
                        .append("label", 0)
                        .append("kind", 1 + n));
        assertThatThrownBy(this::list)
                .hasMessage(
                        "file:%s/a.parquet has the columns front (binary), back (binary), label (int32), kind (int32), and none of them is sure to hold the images, as bytes or as a struct with bytes; name it with encode.image-column=…"
                                .formatted(folder));
        ParquetImages images = images(new ImageSettings("back", "kind", true));
        assertThat(Listed.of(SPARK.session(), images).labels()).isEqualTo(Map.of(id("a", 0), "1", id("a", 1), "2"));
        assertThat(bytes(images)).containsExactly(50, 51);
        assertThatThrownBy(() -> Listed.of(SPARK.session(), images(new ImageSettings("back", "kinds", true))))
                .hasMessage(
                        "encode.label-column is kinds, but no file of file:%s has such a column: the columns are front (binary), back (binary), label (int32), kind (int32)"
                                .formatted(folder));
        assertThat(images.whereLabelsAre())
                .isEqualTo(
                        "the columns are front (binary), back (binary), label (int32), kind (int32); encode.label-column names the one of labels");
    }

    @Test
    void columnOfTextIsToldToHoldNoBytes() {
        write(
                "a.parquet",
                "required binary image (UTF8); required int32 label;",
                1,
                (row, n) -> row.append("image", "imgs/0.png").append("label", 0));
        assertThatThrownBy(this::list)
                .hasMessage(
                        "file:%s/a.parquet has text in its column image, paths or addresses perhaps, but no bytes of images; write the bytes into it, or lay the files into class folders"
                                .formatted(folder));
    }

    @Test
    void labelsThatAreListsAreRefusedIfTheyAreNamedAndElseNotTaken() {
        write(
                "a.parquet",
                IMAGE + "repeated int32 label; required int32 cls;",
                1,
                (row, n) -> row.append("image", ParquetTestFile.image(n))
                        .append("label", 5)
                        .append("cls", 2));
        assertThat(list().labels()).isEqualTo(Map.of(id("a", 0), "2"));
        assertThatThrownBy(() -> Listed.of(SPARK.session(), images(new ImageSettings("", "label", true))))
                .hasMessage(
                        "file:%s/a.parquet has a column label of labels whose type is several of int32, but labels are whole numbers or names; cast it, or name another with encode.label-column=…"
                                .formatted(folder));
    }

    @Test
    void columnsThatDifferInCapitalsOnlyAreRefused() {
        write(
                "a.parquet",
                IMAGE + "required int32 label; required int32 Label;",
                1,
                (row, n) -> row.append("image", ParquetTestFile.image(n))
                        .append("label", 1)
                        .append("Label", 2));
        assertThatThrownBy(this::list)
                .hasMessage(
                        "file:%s/a.parquet has two columns whose names differ from label in capitals at most, which Spark cannot tell apart; rename one"
                                .formatted(folder));
    }

    @Test
    void damagedFilesBesideGoodOnesAreRejectedWithWhatTheyAre() throws IOException {
        Path good = numbered("good.parquet");
        byte[] bytes = Files.readAllBytes(good);
        Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(bytes, bytes.length - 30));
        Files.write(folder.resolve("empty.parquet"), new byte[0]);
        Files.writeString(
                folder.resolve("pointer.parquet"), "version https://git-lfs.github.com/spec/v1\noid sha256:0");
        Files.writeString(folder.resolve("page.parquet"), "<!DOCTYPE html><html>");
        Listed listed = list();
        assertThat(listed.labels()).containsOnlyKeys(id("good", 0), id("good", 1));
        assertThat(listed.rejects())
                .hasSize(4)
                .containsEntry("empty.parquet", "UNREADABLE is empty; fetch it again")
                .containsEntry(
                        "pointer.parquet",
                        "UNREADABLE is a pointer of Git LFS and not the file itself; run git lfs pull")
                .containsEntry("page.parquet", "UNREADABLE is a web page; fetch it again")
                .hasEntrySatisfying(
                        "cut.parquet",
                        words -> assertThat(words).startsWith("UNREADABLE is a damaged Parquet file: file:"));
        assertThat(listed.unread())
                .containsEntry("cut.parquet", (long) bytes.length - 30)
                .hasSize(4);
    }

    @Test
    void onlyFilesThatAreDamagedAreListedToo() throws IOException {
        Files.writeString(folder.resolve("a.parquet"), "PAR1 and nothing else");
        assertThat(list().rejects()).containsOnlyKeys("a.parquet");
    }

    private Path image(String name) {
        return write(name, IMAGE, 1, (row, n) -> row.append("image", ParquetTestFile.image(n)));
    }

    private Path numbered(String name) {
        return write(
                name,
                IMAGE + "required int32 label;",
                2,
                (row, n) -> row.append("image", ParquetTestFile.image(n)).append("label", n));
    }

    private void names(String name, String... labels) {
        write(
                name,
                IMAGE + "required binary label (UTF8);",
                labels.length,
                (row, n) -> row.append("image", ParquetTestFile.image(n)).append("label", labels[n]));
    }

    private Path write(String name, String fields, int rows, ObjIntConsumer<Group> fill) {
        return ParquetTestFile.write(folder.resolve(name), fields, rows, fill);
    }

    private Listed list() {
        return Listed.of(SPARK.session(), images(ImageSettings.LABELLED));
    }

    private ParquetImages images(ImageSettings settings) {
        return ParquetImages.at(folder.toString(), settings);
    }

    private List<Integer> bytes() {
        return bytes(images(ImageSettings.LABELLED));
    }

    /** The lengths of all images as they are read. */
    private static List<Integer> bytes(ParquetImages images) {
        List<SourceImage> listed = ListedImages.of(SPARK.session(), images).images();
        List<SourceImage> read = new ArrayList<>();
        images.contents().read(listed.iterator()).forEachRemaining(read::add);
        assertThat(read.stream().map(SourceImage::told)).allMatch(told -> !told.contains("cannot be read"));
        assertThat(listed.stream()
                        .map(images.contents()::readOne)
                        .map(SourceImage::length)
                        .toList())
                .isEqualTo(read.stream().map(SourceImage::length).toList());
        return read.stream().map(image -> (int) image.length()).collect(Collectors.toList());
    }

    private static String id(String file, int row) {
        return "%s.parquet#%010d".formatted(file, row);
    }
}
