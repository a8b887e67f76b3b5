package io.github.marspark.jobs.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Pieces of a page. */
final class Html {
    private Html() {}

    /** Text that means itself. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** A number of a few digits. */
    static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size != 0 && (size < 1e-3 || size >= 1e5) ? "%.1e" : "%.4g", value);
    }

    /** A table with a row of headings. */
    static String table(List<String> headings, List<List<String>> rows) {
        return "<table><tr>%s</tr>%s</table>%n"
                .formatted(
                        cells("th", headings),
                        rows.stream()
                                .map(row -> "<tr>%s</tr>%n".formatted(cells("td", row)))
                                .collect(Collectors.joining()));
    }

    private static String cells(String element, List<String> texts) {
        return texts.stream()
                .map(text -> "<%s>%s</%1$s>".formatted(element, escaped(text)))
                .collect(Collectors.joining());
    }
}
