package io.github.marspark.data.image;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Optional;

/** Text in the platform's sans-serif font. */
final class FontLettering implements Lettering {
    private final Font font;
    private final FontMetrics metrics;

    private FontLettering(Font font) {
        this.font = font;
        Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        this.metrics = graphics.getFontMetrics(font);
        graphics.dispose();
    }

    /** Empty if the runtime cannot draw letters: it has no font, or lacks the libraries to read one. */
    static Optional<Lettering> find(int height) {
        try {
            FontLettering lettering = new FontLettering(new Font(Font.SANS_SERIF, Font.PLAIN, height * 3 / 4));
            return lettering.width("x") > 0 ? Optional.of(lettering) : Optional.empty();
        } catch (RuntimeException | LinkageError | InternalError noFonts) {
            return Optional.empty();
        }
    }

    @Override
    public int width(String text) {
        return metrics.stringWidth(text);
    }

    @Override
    public int height() {
        return metrics.getAscent() + metrics.getDescent();
    }

    @Override
    public void write(Graphics2D graphics, String text, int x, int y, Color color) {
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setFont(font);
        graphics.setColor(color);
        graphics.drawString(text, x, y + metrics.getAscent());
    }
}
