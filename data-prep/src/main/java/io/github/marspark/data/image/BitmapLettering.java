package io.github.marspark.data.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Text in capitals of five by seven dots, which needs no font. What it has no letter for is a box. */
final class BitmapLettering implements Lettering {
    private static final int COLUMNS = 5;
    private static final int ROWS = 7;
    private static final int ADVANCE = COLUMNS + 1;
    private static final Map<Character, List<String>> GLYPHS = glyphs();
    private static final List<String> BOX = List.of("#####", "#...#", "#...#", "#...#", "#...#", "#...#", "#####");

    private final int scale;

    BitmapLettering(int height) {
        this.scale = Math.max(1, height / (ROWS + 1));
    }

    @Override
    public int width(String text) {
        return text.length() * ADVANCE * scale;
    }

    @Override
    public int height() {
        return ROWS * scale;
    }

    @Override
    public void write(Graphics2D graphics, String text, int x, int y, Color color) {
        graphics.setColor(color);
        String capitals = text.toUpperCase(Locale.ROOT);
        for (int at = 0; at < capitals.length(); at++) {
            if (capitals.charAt(at) != ' ') {
                draw(graphics, GLYPHS.getOrDefault(capitals.charAt(at), BOX), x + at * ADVANCE * scale, y);
            }
        }
    }

    private void draw(Graphics2D graphics, List<String> glyph, int x, int y) {
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                if (glyph.get(row).charAt(column) == '#') {
                    graphics.fillRect(x + column * scale, y + row * scale, scale, scale);
                }
            }
        }
    }

    /** Bands of eight lines: a line of characters, then seven lines of their dots, each six columns apart. */
    private static Map<Character, List<String>> glyphs() {
        List<String> lines = lines();
        Map<Character, List<String>> glyphs = new HashMap<>();
        for (int band = 0; band + ROWS < lines.size(); band += ROWS + 1) {
            for (int at = 0; at < lines.get(band).length(); at += ADVANCE) {
                int column = at;
                glyphs.put(
                        lines.get(band).charAt(at),
                        lines.subList(band + 1, band + 1 + ROWS).stream()
                                .map(line -> line.substring(column, column + COLUMNS))
                                .toList());
            }
        }
        return glyphs;
    }

    private static List<String> lines() {
        try (InputStream font = Objects.requireNonNull(
                BitmapLettering.class.getResourceAsStream("bitmap-font.txt"), "bitmap-font.txt")) {
            return new String(font.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException("bitmap-font.txt cannot be read", failure);
        }
    }
}
