package io.github.marspark.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.ViewedFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorageTest {
    private static final String DEFAULT = "spark.hadoop.fs.defaultFS";

    @TempDir
    Path folder;

    @AfterEach
    void ofThisMachine() {
        System.clearProperty(DEFAULT);
    }

    private static String absolute(String address) {
        return Storage.absolute("latents", address);
    }

    @Test
    void pathIsOfThisMachineAndItsWorkingFolder() {
        Path here = Path.of("").toAbsolutePath();
        assertThat(absolute("out/a b/#1%20")).isEqualTo("file:" + here + "/out/a b/#1%20");
        assertThat(absolute("../x")).isEqualTo("file:" + here.getParent() + "/x");
        assertThat(absolute("/x/y")).isEqualTo("file:/x/y");
        assertThat(absolute("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:/x/y", "file:///x/y", "hdfs://head:8020/x", "s3a://bucket/x", "unheard-of://a/b"})
    void addressThatIsWholeStaysAsItIs(String address) {
        assertThat(absolute(address)).isEqualTo(address);
    }

    @Test
    void pathIsOfTheDefaultFileSystem() {
        try (ViewedFolder viewed = new ViewedFolder(folder)) {
            String root = viewed.address().substring(0, viewed.address().lastIndexOf('/'));
            System.setProperty(DEFAULT, root + "/");
            assertThat(absolute("/folder/x")).isEqualTo(viewed.address() + "/x");
            assertThat(absolute("viewfs:///folder/x")).isEqualTo(viewed.address() + "/x");
            assertThat(absolute("out/x")).isEqualTo(root + "/user/" + System.getProperty("user.name") + "/out/x");
            assertThat(absolute("file:/x")).isEqualTo("file:/x");
        }
    }

    @Test
    void whatIsNoAddressIsRefusedWithItsKey() {
        assertThatThrownBy(() -> absolute("file:x/y"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("latents is file:x/y, which is no address of files (")
                .hasMessageEndingWith("); give a path, or an address such as file:///FOLDER");
    }

    @Test
    void personReadsLocalPathsWithoutTheirScheme() {
        assertThat(Storage.shown("file:/x/a b")).isEqualTo("/x/a b");
        assertThat(Storage.shown("hdfs://head/x")).isEqualTo("hdfs://head/x");
    }

    @Test
    void sentencesShowLocalPathsAsTheyAreTyped() {
        assertThat(Storage.shownIn(
                        "file:/a/b holds 2 (see file:/c): hdfs://head/d, x=file:/e; give images=file:///FOLDER"))
                .isEqualTo("/a/b holds 2 (see /c): hdfs://head/d, x=file:/e; give images=file:///FOLDER");
    }
}
