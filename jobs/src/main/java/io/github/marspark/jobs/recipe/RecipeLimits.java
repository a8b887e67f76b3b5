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

    private static final int MOST_DOTS = 10 * DEEPEST;

    private int substitutions;

    /**
     * Counts a text.
     *
     * @param text in HOCON
     * @param origin what messages call it
     * @throws RecipeException if it passes a limit
     */
    void admit(String text, String origin) {
        new Scan(text, origin).run();
    }

    /** One text, from its beginning to its end. */
    private final class Scan {
        private final String text;
        private final String origin;
        private int at;
        private int line = 1;
        private int depth;
        private int dots;

        private Scan(String text, String origin) {
            this.text = text;
            this.origin = origin;
        }

        private void run() {
            while (at < text.length()) {
                int end = end();
                if (end == at + 1) {
                    count(text.charAt(at));
                } else {
                    line += (int) text.substring(at, end)
                            .chars()
                            .filter(character -> character == '\n')
                            .count();
                }
                at = end;
            }
        }

        /** Where the quotation, the comment or the single character ends that begins here. */
        private int end() {
            return switch (text.charAt(at)) {
                case '"' -> endOfQuotation(text, at);
                case '#' -> Math.max(at + 1, endOfLine(text, at));
                case '/' -> text.startsWith("//", at) ? endOfLine(text, at) : at + 1;
                default -> at + 1;
            };
        }

        private void count(char character) {
            switch (character) {
                case '{', '[' -> require(++depth <= DEEPEST, "nests more than " + DEEPEST + " sections and lists");
                case '}', ']' -> depth = Math.max(0, depth - 1);
                case '.' -> require(++dots <= MOST_DOTS, "names more than " + MOST_DOTS + " sections in one line");
                case '$' -> countSubstitution();
                case '\n' -> {
                    line++;
                    dots = 0;
                }
                default -> {}
            }
        }

        private void countSubstitution() {
            substitutions += text.startsWith("${", at) ? 1 : 0;
            require(
                    substitutions <= MOST_SUBSTITUTIONS,
                    "is the %dth ${…} of this recipe; there may be %d".formatted(substitutions, MOST_SUBSTITUTIONS));
        }

        private void require(boolean holds, String what) {
            if (!holds) {
                throw new RecipeException(List.of("%s:%d: %s".formatted(origin, line, what)));
            }
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
}
