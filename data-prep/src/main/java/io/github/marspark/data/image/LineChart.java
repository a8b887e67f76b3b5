package io.github.marspark.data.image;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A curve over a count, such as the loss over the steps: the values as a pale line, their running mean as a dark one.
 * The lowest and highest percent of the values may lie outside. Immutable.
 *
 * @param title stands above the chart
 * @param axis names the horizontal axis
 * @param points in ascending order of {@code x}; those that are not finite are left out
 * @param second further values, of fewer places, as a line of another colour; there may be none
 */
public record LineChart(String title, String axis, List<Point> points, List<Point> second) {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 480;
    private static final int LEFT = 80;
    private static final int RIGHT = WIDTH - 24;
    private static final int TOP = 48;
    private static final int BOTTOM = HEIGHT - 64;
    private static final int TICKS = 6;
    private static final int LETTER_HEIGHT = 18;
    private static final int TICK_GAP = 8;
    private static final int SMOOTHED_SHARE = 40;
    private static final double OUTLIERS = 0.01;

    private static final Color INK = new Color(0x202020);
    private static final Color GRID = new Color(0xe4e4e4);
    private static final Color PALE = new Color(0xa8c8e8);
    private static final Color DARK = new Color(0x1f5fa8);
    private static final Color SECOND = new Color(0xb03030);

    /**
     * A value of the curve.
     *
     * @param x where
     * @param y how much
     */
    public record Point(double x, double y) {
        private boolean isFinite() {
            return Double.isFinite(x) && Double.isFinite(y);
        }
    }

    /**
     * Copies the list without the points that are not finite.
     *
     * @throws IllegalArgumentException if none is finite
     */
    public LineChart {
        points = points.stream().filter(Point::isFinite).toList();
        second = second.stream().filter(Point::isFinite).toList();
        if (points.isEmpty()) {
            throw new IllegalArgumentException("points has no finite point, must have at least one");
        }
    }

    /** A chart of one curve. */
    public LineChart(String title, String axis, List<Point> points) {
        this(title, axis, points, List.of());
    }

    /**
     * Draws the chart on white.
     *
     * @return a picture of 900 x 480 pixels
     */
    public BufferedImage draw() {
        BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        Scale across =
                Scale.over(points.get(0).x(), points.get(points.size() - 1).x(), LEFT, RIGHT);
        Scale up = verticalScale();
        drawAxes(graphics, across, up, Lettering.ofHeight(LETTER_HEIGHT));
        graphics.setClip(LEFT, TOP, RIGHT - LEFT + 1, BOTTOM - TOP + 1);
        drawLine(graphics, points, across, up, PALE, 1);
        drawLine(graphics, smoothed(), across, up, DARK, 2.5f);
        if (!second.isEmpty()) {
            drawLine(graphics, second, across, up, SECOND, 2.5f);
        }
        graphics.dispose();
        return picture;
    }

    private Scale verticalScale() {
        double[] sorted = points.stream().mapToDouble(Point::y).sorted().toArray();
        int outside = (int) (sorted.length * OUTLIERS);
        double low = second.stream().mapToDouble(Point::y).reduce(sorted[outside], Math::min);
        double high = second.stream().mapToDouble(Point::y).reduce(sorted[sorted.length - 1 - outside], Math::max);
        return Scale.over(low, high, BOTTOM, TOP);
    }

    private void drawAxes(Graphics2D graphics, Scale across, Scale up, Lettering lettering) {
        for (double tick : across.ticks()) {
            int x = (int) Math.round(across.pixel(tick));
            drawGridLine(graphics, x, TOP, x, BOTTOM);
            String text = across.label(tick);
            lettering.write(graphics, text, x - lettering.width(text) / 2, BOTTOM + TICK_GAP, INK);
        }
        for (double tick : up.ticks()) {
            int y = (int) Math.round(up.pixel(tick));
            drawGridLine(graphics, LEFT, y, RIGHT, y);
            String text = up.label(tick);
            lettering.write(graphics, text, LEFT - TICK_GAP - lettering.width(text), y - lettering.height() / 2, INK);
        }
        lettering.write(graphics, title, LEFT, (TOP - lettering.height()) / 2, INK);
        lettering.write(graphics, axis, RIGHT - lettering.width(axis), BOTTOM + TICK_GAP + LETTER_HEIGHT, INK);
    }

    private static void drawGridLine(Graphics2D graphics, int fromX, int fromY, int toX, int toY) {
        graphics.setColor(GRID);
        graphics.drawLine(fromX, fromY, toX, toY);
    }

    private static void drawLine(
            Graphics2D graphics, List<Point> line, Scale across, Scale up, Color color, float thickness) {
        Path2D path = new Path2D.Double();
        path.moveTo(across.pixel(line.get(0).x()), up.pixel(line.get(0).y()));
        line.forEach(point -> path.lineTo(across.pixel(point.x()), up.pixel(point.y())));
        graphics.setColor(color);
        graphics.setStroke(new BasicStroke(thickness, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(path);
    }

    /** Means over a window around each point, as much of it as there are points. */
    private List<Point> smoothed() {
        double[] sums = new double[points.size() + 1];
        for (int at = 0; at < points.size(); at++) {
            sums[at + 1] = sums[at] + points.get(at).y();
        }
        int reach = points.size() / SMOOTHED_SHARE;
        Point[] means = new Point[points.size()];
        for (int at = 0; at < means.length; at++) {
            int from = Math.max(at - reach, 0);
            int to = Math.min(at + reach + 1, means.length);
            means[at] = new Point(points.get(at).x(), (sums[to] - sums[from]) / (to - from));
        }
        return List.of(means);
    }

    /** Values along one axis and where they are drawn. */
    private record Scale(double low, double high, int lowPixel, int highPixel) {
        /** A scale over the values, or around them if they are all the same. */
        static Scale over(double low, double high, int lowPixel, int highPixel) {
            double room = high > low ? 0 : Math.max(Math.abs(low) / 2, 0.5);
            return new Scale(low - room, high + room, lowPixel, highPixel);
        }

        double pixel(double value) {
            return lowPixel + (value - low) / (high - low) * (highPixel - lowPixel);
        }

        /** Multiples of 1, 2 or 5 times a power of ten. */
        double[] ticks() {
            double step = step();
            long first = (long) Math.ceil(low / step);
            long last = (long) Math.floor(high / step);
            double[] ticks = new double[(int) (last - first + 1)];
            Arrays.setAll(ticks, at -> (first + at) * step);
            return ticks;
        }

        String label(double tick) {
            int decimals = Math.max(0, (int) -Math.floor(Math.log10(step()) + 1e-9));
            return String.format(Locale.ROOT, "%." + decimals + "f", tick);
        }

        private double step() {
            double atLeast = (high - low) / TICKS;
            double power = Math.pow(10, Math.floor(Math.log10(atLeast)));
            for (int factor : new int[] {1, 2, 5}) {
                if (factor * power >= atLeast) {
                    return factor * power;
                }
            }
            return 10 * power;
        }
    }
}
