package io.github.marspark.data.image;

import java.awt.Color;
import java.awt.Graphics2D;

/** Writes short texts into pictures. */
interface Lettering {
    /**
     * The platform's font, or the built-in one where the Java runtime has none, as small server images often do.
     *
     * @param height of a line, in pixels
     */
    static Lettering ofHeight(int height) {
        return FontLettering.find(height).orElseGet(() -> new BitmapLettering(height));
    }

    /** Columns that a text takes, in pixels. */
    int width(String text);

    /** Rows that a line takes, in pixels. */
    int height();

    /** Writes a line whose upper left corner is at {@code (x, y)}. */
    void write(Graphics2D graphics, String text, int x, int y, Color color);
}
