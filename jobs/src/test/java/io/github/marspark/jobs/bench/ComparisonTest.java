package io.github.marspark.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.recipe.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
    @TempDir
    Path folder;

    private Path file(String name, String... lines) throws IOException {
        return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
    }

    private static String line(String config, int batch, double seconds, boolean disturbed) {
        return "{\"what\":\"step\",\"config\":\"%s\",\"batch\":%d,\"seconds\":%s,\"cpu\":\"x\",\"disturbed\":%s}"
                .formatted(config, batch, seconds, disturbed);
    }

    @Test
    void pairsOfRunsBecomeARatioAndItsSpread() throws IOException {
        Path ours = file(
                "a",
                line("small", 64, 2, false),
                line("small", 64, 1, false),
                line("small", 64, 9, true),
                line("small", 64, 2, false),
                line("base", 2, 5, false));
        Path others = file(
                "b",
                line("small", 64, 3, false),
                line("small", 64, 4, false),
                line("small", 64, 1, false),
                line("small", 64, 4, false),
                line("small", 32, 5, false));
        assertThat(new Comparison(ours, others).lines())
                .containsExactly(
                        "step small, batch 64: 2.00 times as fast (1.50 to 4.00, pairs: 3, disturbed and left out: 1)");
    }

    @Test
    void nothingIsSaidFromDisturbedPairs() throws IOException {
        Path ours = file("a", line("small", 64, 2, true));
        Path others = file("b", line("small", 64, 3, false));
        assertThat(new Comparison(ours, others).lines())
                .containsExactly("step small, batch 64: each of 1 pairs was disturbed");
    }

    @Test
    void whatCannotBeComparedIsTold() throws IOException {
        Path ours = file("a", line("small", 64, 2, false));
        assertThatThrownBy(() -> new Comparison(ours, folder.resolve("nowhere")).lines())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("nowhere is not there");
        assertThatThrownBy(() -> new Comparison(ours, file("c", line("base", 2, 1, false))).lines())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(
                        "have no measurement in common: the one has [step small, batch 64], the other [step base");
        assertThatThrownBy(() -> new Comparison(ours, file("d", "hello")).lines())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("d:1 is no line of bench: hello");
    }
}
