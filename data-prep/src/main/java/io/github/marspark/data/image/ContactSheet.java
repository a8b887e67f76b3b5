package io.github.marspark.data.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.Stream;

/**
 * A table of images, a row a class with its name at the left and, if wanted, a name over each column, to be judged at a
 * glance. Small images are enlarged by a whole factor without smoothing. Immutable.
 *
 * @param rows from top to bottom, at least one with at least one image
 * @param headings over the columns, from left to right; none when empty
 */
public record ContactSheet(List<Row> rows, List<String> headings) {
    private static final int MARGIN = 12;
    private static final int GAP = 4;
    private static final int LETTER_HEIGHT = 20;
    private static final int LEGIBLE_SIDE = 56;
    private static final int LONGEST_NAME = 28;
    private static final Color INK = new Color(0x202020);

    /**
     * Images of one class.
     *
     * @param name stands at the left
     * @param images from left to right
     */
    public record Row(String name, List<RgbImage> images) {
        /** Copies the list. */
        public Row {
            images = List.copyOf(images);
        }

        private String label() {
            return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 3) + "...";
        }
    }

    /** Without headings. */
    public ContactSheet(List<Row> rows) {
        this(rows, List.of());
    }

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if there is no image in it
     */
    public ContactSheet {
        rows = List.copyOf(rows);
        headings = List.copyOf(headings);
        if (rows.stream().allMatch(row -> row.images().isEmpty())) {
            throw new IllegalArgumentException("rows has no image, must have at least one");
        }
    }

    /**
     * Draws the table on white.
     *
     * @return a picture just large enough
     */
    public BufferedImage draw() {
        Lettering lettering = Lettering.ofHeight(LETTER_HEIGHT);
        int side = largestSide();
        int cell = side * Math.max(1, (LEGIBLE_SIDE + side - 1) / side);
        int names = widest(lettering, rows.stream().map(Row::label));
        int left = names == 0 ? MARGIN : MARGIN + names + MARGIN;
        int top = headings.isEmpty() ? MARGIN : MARGIN + lettering.height() + GAP;
        int pitch = Math.max(cell, widest(lettering, headings.stream())) + GAP;
        int columns = rows.stream().mapToInt(row -> row.images().size()).max().orElseThrow();
        BufferedImage picture =
                blank(left + columns * pitch - GAP + MARGIN, top + rows.size() * (cell + GAP) - GAP + MARGIN);
        Graphics2D graphics = picture.createGraphics();
        for (int column = 0; column < headings.size(); column++) {
            lettering.write(graphics, headings.get(column), left + column * pitch, MARGIN, INK);
        }
        for (int row = 0, y = top; row < rows.size(); row++, y += cell + GAP) {
            lettering.write(graphics, rows.get(row).label(), MARGIN, y + (cell - lettering.height()) / 2, INK);
            drawImages(graphics, rows.get(row).images(), left, y, cell, pitch);
        }
        graphics.dispose();
        return picture;
    }

    private static int widest(Lettering lettering, Stream<String> texts) {
        return texts.mapToInt(lettering::width).max().orElse(0);
    }

    private static void drawImages(Graphics2D graphics, List<RgbImage> images, int left, int y, int cell, int pitch) {
        int x = left;
        for (RgbImage image : images) {
            int factor = Math.max(1, cell / Math.max(image.width(), image.height()));
            graphics.drawImage(image.toBufferedImage(), x, y, image.width() * factor, image.height() * factor, null);
            x += pitch;
        }
    }

    private int largestSide() {
        return rows.stream()
                .flatMap(row -> row.images().stream())
                .mapToInt(image -> Math.max(image.width(), image.height()))
                .max()
                .orElseThrow();
    }

    private static BufferedImage blank(int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.dispose();
        return picture;
    }
}
