package io.github.marspark.jobs.recipe;

import java.util.List;

/**
 * How deep and how entangled a recipe may be, counted before it is parsed over its file and all that it includes: a parser
 * that calls itself for every brace runs out of stack, and thirty values that each hold the one before twice fill any memory.
 */
final class RecipeLimits {
    private static final int DEEPEST = 100;
    /** 24 substitutions repeat a text at most 3^8 = 6,561 times. */
    private static final int MOST_SUBSTITUTIONS = 24;

    private int substitutions;

    /**
     * Counts a text.
     *
     * @param text in HOCON
     * @param origin what messages call it
     * @throws RecipeException if it passes a limit
     */
    void admit(String text, String origin) {
        int depth = 0;
        int line = 1;
        int dots = 0;
        for (int at = 0; at < text.length(); at++) {
            switch (text.charAt(at)) {
                case '"' -> {
                    int end = endOfQuotation(text, at);
                    line += (int) text.substring(at, end)
                            .chars()
                            .filter(character -> character == '\n')
                            .count();
                    at = end - 1;
                }
                case '#' -> at = endOfLine(text, at) - 1;
                case '/' -> at = text.startsWith("//", at) ? endOfLine(text, at) - 1 : at;
                case '{', '[' ->
                    require(++depth <= DEEPEST, origin, line, "nests more than " + DEEPEST + " sections and lists");
                case '}', ']' -> depth = Math.max(0, depth - 1);
                case '.' ->
                    require(
                            ++dots <= 10 * DEEPEST,
                            origin,
                            line,
                            "names more than " + 10 * DEEPEST + " sections in one line");
                case '$' -> substitutions += text.startsWith("${", at) ? 1 : 0;
                case '\n' -> {
                    line++;
                    dots = 0;
                }
                default -> {}
            }
            require(
                    substitutions <= MOST_SUBSTITUTIONS,
                    origin,
                    line,
                    "is the %dth ${…} of this recipe; there may be %d".formatted(substitutions, MOST_SUBSTITUTIONS));
        }
    }

    private static int endOfQuotation(String text, int begin) {
        if (text.startsWith("\"\"\"", begin)) {
            int end = text.indexOf("\"\"\"", begin + 3);
            return end < 0 ? text.length() : end + 3;
        }
        int at = begin + 1;
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, text.length());
    }

    private static int endOfLine(String text, int begin) {
        int end = text.indexOf('\n', begin);
        return end < 0 ? text.length() : end;
    }

    private static void require(boolean holds, String origin, int line, String what) {
        if (!holds) {
            throw new RecipeException(List.of("%s:%d: %s".formatted(origin, line, what)));
        }
    }
}
