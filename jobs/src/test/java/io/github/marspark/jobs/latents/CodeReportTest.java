package io.github.marspark.jobs.latents;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.marspark.model.autoencoder.CodeUsage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CodeReportTest {
    private static String told(CodeUsage usage) {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        CodeReport.print(usage, "12 images", new PrintStream(told, true, StandardCharsets.UTF_8));
        return told.toString(StandardCharsets.UTF_8);
    }

    @Test
    void codesThatLieIdleAreToldOf() {
        CodeUsage usage = new CodeUsage(30);
        usage.add(4, 7);
        usage.add(5, 7);
        assertThat(told(usage)).isEqualTo("""
                on 12 images 2 of 30 codes used, perplexity 2.0
                the codes lie mostly idle: a perplexity of 2.0 is less than a tenth of 30; train the tokenizer longer, or with fewer tokenizer.codes
                """);
        usage.add(6, 7);
        usage.add(7, 7);
        assertThat(told(usage)).isEqualTo("on 12 images 4 of 30 codes used, perplexity 4.0\n");
    }
}
