package io.github.marspark.data.weights;

/** Names out of a file for a message: without control characters, not longer than a line. */
final class Printable {

    private static final int MOST = 120;

    private Printable() {}

    static String of(String name) {
        String visible = name.replaceAll("\\p{Cntrl}", "?");
        return visible.length() > MOST ? visible.substring(0, MOST) + "..." : visible;
    }
}
