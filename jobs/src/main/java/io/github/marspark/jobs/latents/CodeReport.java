package io.github.marspark.jobs.latents;

import io.github.marspark.model.autoencoder.CodeUsage;
import java.io.PrintStream;

/** Tells a person how the codes of a quantised tokenizer are used, and when that is hardly at all. */
public final class CodeReport {
    private CodeReport() {}

    /**
     * Prints it.
     *
     * @param usage what was counted
     * @param where words for what it was counted in
     */
    public static void print(CodeUsage usage, String where, PrintStream out) {
        out.printf("on %s %s%n", where, usage);
        if (usage.leavesCodesIdle()) {
            out.printf(
                    "the codes lie mostly idle: a perplexity of %.1f is less than a tenth of %,d; train the tokenizer longer, or with fewer tokenizer.codes%n",
                    usage.perplexity(), usage.codes());
        }
    }
}
