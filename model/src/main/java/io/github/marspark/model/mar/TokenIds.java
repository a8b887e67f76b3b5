package io.github.marspark.model.mar;

/** Ids of codes that travel as float32 numbers, as other tokens do. */
final class TokenIds {
    private TokenIds() {}

    /**
     * The ids as whole numbers.
     *
     * @param tokens {@code (N)}
     * @param codes Q
     * @return {@code (N)}
     * @throws IllegalArgumentException if a number is no id of a code
     */
    static int[] of(float[] tokens, int codes) {
        int[] ids = new int[tokens.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) tokens[i];
            if (ids[i] != tokens[i] || ids[i] < 0 || ids[i] >= codes) {
                throw new IllegalArgumentException(
                        "token " + i + " is " + tokens[i] + ", must be an id within 0 to " + (codes - 1));
            }
        }
        return ids;
    }
}
