package io.github.marspark.jobs.report;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A chart of a few curves over the steps, as SVG within a page.
 *
 * @param title stands above it
 * @param curves each with its own colour
 */
record Chart(String title, List<Curve> curves) {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 220;
    private static final int LEFT = 62;
    private static final int RIGHT = 12;
    private static final int TOP = 10;
    private static final int BOTTOM = 24;
    private static final int TICKS = 4;
    private static final List<String> COLOURS =
            List.of("#1f5fa8", "#b03030", "#2f8f4e", "#9a6a00", "#7048a8", "#00808a", "#a0407a", "#606060");

    /**
     * A curve.
     *
     * @param name in the legend
     * @param points in ascending order of steps; those that are not finite are left out
     */
    record Curve(String name, List<Point> points) {
        /** Leaves out what cannot be drawn. */
        Curve {
            points = points.stream().filter(point -> Double.isFinite(point.y())).toList();
        }
    }

    /** A value after a step. */
    record Point(double step, double y) {}

    /** The chart as an element of HTML; nothing where there is nothing to draw. */
    String html() {
        List<Curve> drawn =
                curves.stream().filter(curve -> !curve.points().isEmpty()).toList();
        if (drawn.isEmpty()) {
            return "";
        }
        Range across = Range.of(drawn, Point::step);
        Range up = Range.of(drawn, Point::y);
        StringBuilder svg = new StringBuilder();
        for (int tick = 0; tick <= TICKS; tick++) {
            svg.append(horizontal(up, tick)).append(vertical(across, tick));
        }
        for (int i = 0; i < drawn.size(); i++) {
            svg.append(line(drawn.get(i), across, up, COLOURS.get(i % COLOURS.size())));
        }
        return "<figure><figcaption>%s%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\">%s</svg></figure>%n"
                .formatted(Html.escaped(title), legend(drawn), WIDTH, HEIGHT, svg);
    }

    private static String legend(List<Curve> drawn) {
        return drawn.size() == 1
                ? ""
                : IntStream.range(0, drawn.size())
                        .mapToObj(i -> " <b style=\"color:%s\">%s</b>"
                                .formatted(
                                        COLOURS.get(i % COLOURS.size()),
                                        Html.escaped(drawn.get(i).name())))
                        .collect(Collectors.joining());
    }

    private static String horizontal(Range up, int tick) {
        double value = up.from + (up.to - up.from) * tick / TICKS;
        double y = y(up, value);
        return "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>"
                .formatted(LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 4, Html.number(value));
    }

    private static String vertical(Range across, int tick) {
        double value = across.from + (across.to - across.from) * tick / TICKS;
        String anchor = tick == TICKS ? "end" : "middle";
        return "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%d</text>"
                .formatted(x(across, value), HEIGHT - 6, anchor, Math.round(value));
    }

    private static String line(Curve curve, Range across, Range up, String colour) {
        String points = curve.points().stream()
                .map(point -> String.format(Locale.ROOT, "%.1f,%.1f", x(across, point.step()), y(up, point.y())))
                .collect(Collectors.joining(" "));
        return "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.4\" points=\"%s\"/>".formatted(colour, points);
    }

    private static double x(Range across, double step) {
        return LEFT + across.share(step) * (WIDTH - LEFT - RIGHT);
    }

    private static double y(Range up, double value) {
        return HEIGHT - BOTTOM - up.share(value) * (HEIGHT - TOP - BOTTOM);
    }

    /** From the least value to the greatest. */
    private record Range(double from, double to) {
        static Range of(List<Curve> curves, ToDoubleFunction<Point> value) {
            DoubleSummaryStatistics all = curves.stream()
                    .flatMap(curve -> curve.points().stream())
                    .mapToDouble(value)
                    .summaryStatistics();
            return new Range(all.getMin(), all.getMax());
        }

        double share(double value) {
            return to > from ? (value - from) / (to - from) : 0.5;
        }
    }
}
