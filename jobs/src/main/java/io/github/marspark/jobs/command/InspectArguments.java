package io.github.marspark.jobs.command;

import io.github.marspark.jobs.recipe.UsageException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.hadoop.fs.Path;

/**
 * What a person wants to know.
 *
 * @param path what to look at
 * @param pictures how many images to draw back
 * @param tokenizer folder of the tokenizer that draws them; empty if none was named
 * @param out folder for them
 */
record InspectArguments(String path, int pictures, String tokenizer, String out) {
    private static final String DECODE = "--decode";
    private static final String TOKENIZER = "tokenizer=";
    private static final String OUT = "out=";

    /**
     * Reads the words after {@code inspect}.
     *
     * @throws UsageException if they are not as the command's help says
     */
    static InspectArguments parse(List<String> words) {
        Deque<String> rest = new ArrayDeque<>(words);
        String path = "";
        int pictures = 0;
        String tokenizer = "";
        String out = "inspect";
        while (!rest.isEmpty()) {
            String word = rest.remove();
            if (word.equals(DECODE)) {
                pictures = count(rest.isEmpty() ? "" : rest.remove());
            } else if (word.startsWith(TOKENIZER)) {
                tokenizer = word.substring(TOKENIZER.length());
            } else if (word.startsWith(OUT)) {
                out = word.substring(OUT.length());
            } else if (path.isEmpty() && !word.startsWith("-")) {
                path = word;
            } else {
                throw InspectCommand.notUnderstood(word);
            }
        }
        if (path.isEmpty()) {
            throw new UsageException("inspect needs a path; ./mar help inspect explains it");
        }
        if (pictures > 0 && tokenizer.isEmpty()) {
            throw new UsageException(DECODE + " needs the tokenizer that encoded the images: add tokenizer=FOLDER");
        }
        return new InspectArguments(path, pictures, tokenizer, out);
    }

    private static int count(String word) {
        if (!word.matches("[1-9]\\d{0,6}")) {
            throw new UsageException("%s is '%s', must be a whole number of at least 1".formatted(DECODE, word));
        }
        return Integer.parseInt(word);
    }

    void requireNoPictures(Path place) {
        if (pictures > 0) {
            throw new UsageException("%s holds no latents, which %s draws".formatted(place, DECODE));
        }
    }
}
