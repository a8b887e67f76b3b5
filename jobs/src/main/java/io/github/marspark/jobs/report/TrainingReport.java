package io.github.marspark.jobs.report;

import io.github.marspark.jobs.progress.StepReport;
import io.github.marspark.jobs.report.Chart.Curve;
import io.github.marspark.jobs.report.Chart.Point;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know of a training, as one page that needs nothing else: no script, no address.
 *
 * @param name of the recipe
 * @param steps length of the training
 * @param reports of some steps in ascending order, the last among them
 * @param validation losses by step
 * @param checkpoints their addresses, the newest first
 * @param recipe its text
 * @param previews a PNG file of all previews side by side; null if there is none
 * @param refreshSeconds after which a browser asks again; 0 for a file, which stays as it is
 */
public record TrainingReport(
        String name,
        long steps,
        List<StepReport> reports,
        Map<Long, Double> validation,
        List<String> checkpoints,
        String recipe,
        byte @Nullable [] previews,
        int refreshSeconds) {
    private static final int LATEST = 10;
    private static final String STYLE = """
            body{font:15px/1.45 system-ui,sans-serif;margin:24px auto;max-width:1180px;padding:0 16px;color:#202020}
            figure{display:inline-block;width:560px;margin:0 12px 18px 0;vertical-align:top}
            figcaption{font-weight:600}figcaption b{margin-left:10px;font-size:13px}
            svg{width:100%}text{font-size:11px;fill:#606060}.grid{stroke:#e4e4e4}
            table{border-collapse:collapse;margin-bottom:18px}th,td{padding:2px 14px 2px 0;text-align:right}
            td{font-variant-numeric:tabular-nums}img{max-width:100%;image-rendering:pixelated}
            pre{background:#f5f5f5;padding:12px;overflow:auto;font-size:12px}
            """;

    /** The page. */
    public String html() {
        return """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>%s</title><link rel="icon" href="data:,">%s
                <style>%s</style></head><body>
                <h1>Training of %1$s</h1>
                %s%s%s%s%s
                <h2>Recipe</h2><pre>%s</pre>
                </body></html>
                """.formatted(
                Html.escaped(name),
                refreshSeconds == 0 ? "" : "<meta http-equiv=\"refresh\" content=\"%d\">".formatted(refreshSeconds),
                STYLE,
                state(),
                charts(),
                pictures(),
                latest(),
                saved(),
                Html.escaped(recipe));
    }

    private String state() {
        if (reports.isEmpty()) {
            return "<p>No step is done yet.</p>\n";
        }
        StepReport last = reports.get(reports.size() - 1);
        return "<p>Step <b id=\"step\">%d</b> of %d, loss <b id=\"loss\">%s</b>, epoch %.2f, %.1f images a second</p>%n"
                .formatted(last.step(), steps, last.loss(), last.epoch(), last.imagesPerSecond());
    }

    private String charts() {
        List<Curve> losses = new ArrayList<>(List.of(curve("training", StepReport::loss)));
        losses.add(new Curve(
                "validation",
                validation.entrySet().stream()
                        .map(loss -> new Point(loss.getKey(), loss.getValue()))
                        .toList()));
        return Stream.of(
                        new Chart("Loss", losses),
                        new Chart("Learning rate", List.of(curve("learning rate", StepReport::learningRate))),
                        new Chart("Gradient norm", List.of(curve("gradient norm", StepReport::gradientNorm))),
                        new Chart("Images a second, which each rank could compute alone", byRank()),
                        new Chart("Images a second", List.of(curve("images a second", StepReport::imagesPerSecond))),
                        new Chart(
                                "Shares of rank 0's time",
                                List.of(
                                        curve("computing", StepReport::computing),
                                        curve("waiting", StepReport::waiting),
                                        curve("communicating", StepReport::communicating))))
                .map(Chart::html)
                .reduce("", String::concat);
    }

    private Curve curve(String called, ToDoubleFunction<StepReport> value) {
        return new Curve(
                called,
                reports.stream()
                        .map(report -> new Point(report.step(), value.applyAsDouble(report)))
                        .toList());
    }

    private List<Curve> byRank() {
        int ranks = reports.stream()
                .mapToInt(report -> report.imagesPerSecondByRank().size())
                .max()
                .orElse(0);
        return IntStream.range(0, ranks)
                .mapToObj(rank -> new Curve(
                        "rank " + rank,
                        reports.stream()
                                .filter(report -> report.imagesPerSecondByRank().size() > rank)
                                .map(report -> new Point(
                                        report.step(),
                                        report.imagesPerSecondByRank().get(rank)))
                                .toList()))
                .toList();
    }

    private String pictures() {
        return previews == null
                ? ""
                : "<h2>Previews</h2><img alt=\"previews of all steps\" src=\"data:image/png;base64,%s\">%n"
                        .formatted(Base64.getEncoder().encodeToString(previews));
    }

    private String latest() {
        List<List<String>> rows = reports.subList(Math.max(0, reports.size() - LATEST), reports.size()).stream()
                .map(report -> List.of(
                        Long.toString(report.step()),
                        Double.toString(report.loss()),
                        Double.toString(report.learningRate()),
                        Double.toString(report.gradientNorm()),
                        Double.toString(report.imagesPerSecond())))
                .toList();
        return "<h2>Latest steps</h2>"
                + Html.table(List.of("step", "loss", "learning rate", "gradient norm", "images a second"), rows);
    }

    private String saved() {
        return checkpoints.isEmpty()
                ? ""
                : "<h2>Checkpoints</h2>"
                        + Html.table(
                                List.of("newest first"),
                                checkpoints.stream().map(List::of).toList());
    }
}
