package io.github.marspark.jobs.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.jobs.cluster.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Class folders as they are found, one kind a test. */
class FolderCasesTest {
    private static final ImageSettings UNLABELLED = new ImageSettings("", "", false);
    private static final String LOOP = " is a link to a folder that it lies in; it is not followed";

    @RegisterExtension
    static final LocalSpark SPARK = new LocalSpark();

    @TempDir
    Path folder;

    @Test
    void linkToAParentFolderIsToldAndNotFollowed() throws IOException {
        write("ash/0.png", "ash/in/1.png", "oak/2.png");
        link("ash/in/up", "..");
        link("ash/root", folder.toString());
        link("oak/above", folder.resolveSibling("").toString());
        link("self", ".");
        Listed listed = list();
        assertThat(listed.labels()).isEqualTo(Map.of("ash/0.png", "ash", "ash/in/1.png", "ash", "oak/2.png", "oak"));
        assertThat(listed.rejects()).isEmpty();
        assertThat(listed.notes())
                .containsExactly("ash/in/up" + LOOP, "ash/root" + LOOP, "oak/above" + LOOP, "self" + LOOP);
        assertThat(ClassFolders.at(folder.toString(), ImageSettings.LABELLED).classFolders())
                .containsExactly("ash", "oak");
    }

    @Test
    void linksToEachOtherAreFollowedOnceOnEachWay() throws IOException {
        write("ash/0.png", "oak/1.png");
        link("ash/other", "../oak");
        link("oak/other", "../ash");
        Listed listed = list();
        assertThat(listed.labels())
                .isEqualTo(Map.of(
                        "ash/0.png", "ash", "ash/other/1.png", "ash", "oak/1.png", "oak", "oak/other/0.png", "oak"));
        assertThat(listed.notes()).containsExactly("ash/other/other" + LOOP, "oak/other/other" + LOOP);
    }

    @Test
    void linkToImagesElsewhereIsFollowed(@TempDir Path elsewhere) throws IOException {
        Files.writeString(elsewhere.resolve("0.png"), "0");
        write("oak/1.png");
        link("ash", elsewhere.toString());
        Files.createSymbolicLink(elsewhere.resolve("back"), folder);
        Listed listed = list();
        assertThat(listed.labels()).isEqualTo(Map.of("ash/0.png", "ash", "oak/1.png", "oak"));
        assertThat(listed.notes()).containsExactly("ash/back" + LOOP);
    }

    @Test
    void partsOfACollectionAreNotTakenForClassesInSilence() throws IOException {
        write("train/ash/0.png", "train/oak/1.png", "val/ash/2.png");
        assertThat(ClassFolders.at(folder.toString(), ImageSettings.LABELLED).suspicion())
                .hasValue(
                        "train and val hold folders themselves, so they look like parts of a collection and not like classes; set images=file:%s/train to take the classes of one"
                                .formatted(folder));
    }

    @Test
    void classesThatAreCalledLikePartsAreNoneIfTheyHoldImages() throws IOException {
        write("train/0.png", "test/1.png");
        assertThat(ClassFolders.at(folder.toString(), ImageSettings.LABELLED).suspicion())
                .isEmpty();
    }

    @Test
    void whatOperatingSystemsAddIsNoClassAndNoImage() throws IOException {
        write("ash/0.png", "ash/._0.png", "ash/Thumbs.db", "__MACOSX/ash/._0.png", ".git/1.png");
        assertThat(list().labels()).isEqualTo(Map.of("ash/0.png", "ash"));
    }

    @Test
    void withoutLabelsFilesBesideClassFoldersAreImagesToo() throws IOException {
        write("ash/0.png", "_oak/1.png", "beside.png", "README.md");
        Listed listed = Listed.of(SPARK.session(), ClassFolders.at(folder.toString(), UNLABELLED));
        assertThat(listed.labels()).isEqualTo(Map.of("ash/0.png", "none", "_oak/1.png", "none", "beside.png", "none"));
        assertThat(listed.rejects()).isEmpty();
    }

    private Listed list() {
        return Listed.of(SPARK.session(), ClassFolders.at(folder.toString(), ImageSettings.LABELLED));
    }

    private void write(String... files) throws IOException {
        for (String file : List.of(files)) {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, file);
        }
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(folder.resolve(name), Path.of(target));
    }
}
