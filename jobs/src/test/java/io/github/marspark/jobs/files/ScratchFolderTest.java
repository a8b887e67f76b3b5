package io.github.marspark.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFolderTest {
    private static final String MARK = ".mar-owner.json";

    @TempDir
    Path root;

    private Path folderOf(String name, Owner owner) throws IOException {
        Path folder = root.resolve(name);
        Files.createDirectories(folder.resolve("inside"));
        Files.writeString(folder.resolve("inside/data"), "data");
        Files.write(folder.resolve(MARK), new ObjectMapper().writeValueAsBytes(owner));
        return folder;
    }

    @Test
    void onlyFoldersOfProcessesThatAreGoneForSureAreRemoved() throws IOException {
        Owner self = Owner.self();
        Owner gone = new Owner("anna", "node7", self.machine(), self.process(), "1");
        Path elsewhere = Files.writeString(root.resolve("precious"), "of somebody else");
        Path left = folderOf("spark-left", gone);
        Files.createSymbolicLink(left.resolve("inside/link"), elsewhere);
        folderOf("blockmgr-left", gone);
        folderOf("spark-alive", self);
        folderOf("spark-elsewhere", new Owner("anna", "node7", "another machine", 1, "1"));
        folderOf("others-left", gone);
        Files.createDirectories(root.resolve("spark-unmarked"));
        Files.writeString(Files.createDirectories(root.resolve("spark-odd")).resolve(MARK), "{");
        ScratchFolder.removeLeft(root);
        assertThat(root.toFile().list())
                .containsExactlyInAnyOrder(
                        "precious", "spark-alive", "spark-elsewhere", "others-left", "spark-unmarked", "spark-odd");
    }

    @Test
    void aScratchFolderIsMarkedAndGoneWhenItIsClosed() throws IOException {
        Path path;
        try (ScratchFolder scratch = ScratchFolder.make("test")) {
            path = scratch.path();
            assertThat(path).isDirectoryContaining("glob:**/" + MARK);
            assertThat(path.getFileName().toString()).startsWith("mar-test-");
            Files.writeString(path.resolve("data"), "data");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aRootThatDoesNotExistHoldsNothing() {
        ScratchFolder.removeLeft(root.resolve("nowhere"));
        assertThat(root).isEmptyDirectory();
    }
}
