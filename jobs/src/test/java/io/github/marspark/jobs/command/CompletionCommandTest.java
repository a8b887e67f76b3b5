package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What shells make of the script, asked as they ask when a person presses the tabulator. */
class CompletionCommandTest {
    @TempDir
    Path folder;

    @BeforeEach
    void print() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        assertThat(new CommandLine(
                                List.of(new TrainCommand(), new EncodeCommand(), new VersionCommand()), stream, stream)
                        .run("completion"))
                .isZero();
        Files.write(folder.resolve("completion"), out.toByteArray());
        Files.writeString(folder.resolve("flowers.conf"), "");
        Files.writeString(folder.resolve("flowers.txt"), "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "./mar tr | [train ]",
                "./mar | [train ][encode ][version ][completion ][help ]",
                "./mar train fl | [flowers.conf ]",
                "./mar train flowers.conf train.st | [train.steps=][train.streams=]",
                "./mar encode flowers.conf --expl | [--explain-gpu ]",
                "./mar encode flowers.conf train.st | ''",
                "./mar train flowers.conf train.schedule=co | [constant ][cosine ]",
                "./mar train flowers.conf --mas | [--master ]",
                "./mar train flowers.conf train.steps= | ''",
            })
    void bashCompletesWhatIsTyped(String line, String replies) throws Exception {
        String typed = line.equals("./mar") ? "./mar " : line;
        assertThat(run(
                        "bash",
                        ". ./completion; COMP_LINE='%s'; COMP_POINT=${#COMP_LINE}; _mar; ".formatted(typed)
                                + "for reply in \"${COMPREPLY[@]}\"; do printf '[%s]' \"$reply\"; done"))
                .isEqualTo(replies);
    }

    @Test
    void zshTakesTheScriptAndCompletesWholeWords() throws Exception {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/zsh")) || Files.isExecutable(Path.of("/bin/zsh")))
                .isTrue();
        assertThat(run(
                        "zsh",
                        "autoload -U compinit && compinit -u -D; . ./completion; "
                                + "COMP_LINE='./mar train flowers.conf train.schedule=cos'; COMP_POINT=${#COMP_LINE}; _mar; "
                                + "for reply in \"${COMPREPLY[@]}\"; do printf '[%s]' \"$reply\"; done"))
                .isEqualTo("[train.schedule=cosine ]");
    }

    private String run(String shell, String what) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(shell, "-c", what)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
