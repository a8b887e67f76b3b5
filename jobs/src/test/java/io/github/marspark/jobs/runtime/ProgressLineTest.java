package io.github.marspark.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person sees of a job that runs, on a terminal and in a log. */
class ProgressLineTest {
    private static final String CLEAR = "\r\u001b[K";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private String seen() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTerminalHasOneLineThatMovesBelowWhatIsSaid() {
        Terminal terminal = Terminal.of(bytes, 80);
        terminal.move("step 1");
        terminal.move("step 2");
        terminal.printf("checkpoint %d%n", 7);
        terminal.move("");
        terminal.println("done");
        assertThat(seen())
                .isEqualTo(CLEAR + "step 1" + CLEAR + "step 2" + CLEAR + "checkpoint 7\nstep 2" + CLEAR + "done\n");
    }

    @Test
    void whatIsShownIsNotShownAgain() {
        Terminal terminal = Terminal.of(bytes, 80);
        terminal.move("step 1");
        terminal.move("step 1");
        assertThat(seen()).isEqualTo(CLEAR + "step 1");
    }

    @Test
    void aLineIsCutBetweenItsPartsAndNoWiderThan100Columns() {
        String line =
                "step 12345/500000  loss 0.3261  1234.5 images/s  2 d 3 h left  learning rate 8.00e-04  gradient norm 0.123  epoch 1.5";
        Terminal.of(bytes, 300).move(line);
        assertThat(seen())
                .isEqualTo(CLEAR
                        + "step 12345/500000  loss 0.3261  1234.5 images/s  2 d 3 h left  learning rate 8.00e-04");
        bytes.reset();
        Terminal.of(bytes, 30).move(line);
        assertThat(seen()).isEqualTo(CLEAR + "step 12345/500000");
        bytes.reset();
        Terminal.of(bytes, 10).move(line);
        assertThat(seen()).isEqualTo(CLEAR + "step 1234");
    }

    @Test
    void aLogHasALineNowAndThenAndTheLastOne() {
        try (ProgressLine line = new ProgressLine(new PrintStream(bytes, true, StandardCharsets.UTF_8))) {
            for (int i = 1; i < 1000; i++) {
                String state = "step " + i;
                line.show(() -> state);
            }
            line.end("step 1000");
        }
        assertThat(seen().lines()).startsWith("step 1").endsWith("step 1000").hasSize(2);
    }

    @Test
    void theLastLineStaysOnATerminal() {
        try (ProgressLine line = new ProgressLine(Terminal.of(bytes, 80))) {
            line.show(() -> "step 1");
            line.end("step 2");
        }
        assertThat(seen()).isEqualTo(CLEAR + "step 1" + CLEAR + "step 2\n");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 s left",
        "119.4, 119 s left",
        "120, 2 min left",
        "7199, 119 min left",
        "7200, 2 h 0 min left",
        "172799, 47 h 59 min left",
        "777600, 9 d 0 h left",
        "784800, 9 d 2 h left",
    })
    void whatIsLeftIsToldInTheUnitsThatMatter(double seconds, String words) {
        assertThat(TimeLeft.words(seconds)).isEqualTo(words);
    }
}
