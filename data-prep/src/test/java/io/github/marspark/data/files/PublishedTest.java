package io.github.marspark.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedTest {

    @TempDir
    Path folder;

    private static Published.FileContent text(String text) {
        return channel -> channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aFileIsReplacedAtOnceAndNothingElseStays() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "old");
        Published.file(file, channel -> {
            text("new").writeTo(channel);
            assertThat(file).hasContent("old");
        });
        assertThat(file).hasContent("new");
        assertThat(folder.toFile().list()).containsExactly("a");
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOldOne() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "old");
        assertThatThrownBy(() -> Published.file(file, channel -> {
                    text("half").writeTo(channel);
                    throw new IOException("no room");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("no room");
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("a");
    }

    @Test
    void aFolderAppearsWithAllThatIsInIt() throws IOException {
        Path target = folder.resolve("made");
        Files.createDirectory(target);
        Published.folder(target, temporary -> {
            Files.writeString(Files.createDirectory(temporary.resolve("deep")).resolve("a"), "x");
            assertThat(target).isEmptyDirectory();
        });
        assertThat(target.resolve("deep/a")).hasContent("x");
        assertThat(folder.toFile().list()).containsExactly("made");
    }

    @Test
    void aFolderThatCannotBeFilledIsNotThere() {
        Path target = folder.resolve("made");
        assertThatThrownBy(() -> Published.folder(target, temporary -> {
                    Files.writeString(temporary.resolve("a"), "x");
                    throw new IOException("no room");
                }))
                .hasMessage("no room");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderIsNotPutOverAnother() throws IOException {
        Path target = Files.createDirectory(folder.resolve("made"));
        Files.writeString(target.resolve("mine"), "x");
        assertThatThrownBy(() -> Published.folder(target, temporary -> {}))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage(target + ": something is there already");
        assertThat(target.resolve("mine")).hasContent("x");
        assertThat(folder.toFile().list()).containsExactly("made");
    }
}
