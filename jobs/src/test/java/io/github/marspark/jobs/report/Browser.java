package io.github.marspark.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Chromium without a screen. */
public final class Browser {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Browser() {}

    /**
     * What a page came to.
     *
     * @param dom its elements as text
     * @param screenshot a PNG file
     * @param console what the page said to the browser's console
     * @param requested addresses of the network that were asked for by it
     */
    public record Seen(String dom, Path screenshot, List<String> console, List<String> requested) {}

    /** Where it is, if it is installed. */
    public static Optional<String> installed() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst();
    }

    /** Opens a page, and closes the browser. */
    public static Seen look(String address, Path folder) throws IOException, InterruptedException {
        Path screenshot = folder.resolve("seen.png");
        run(folder, address, "--screenshot=" + screenshot);
        String dom = run(folder, address, "--dump-dom");
        try (Stream<String> log = Files.lines(folder.resolve("browser.log"))) {
            List<String> console = log.filter(line -> line.contains(":CONSOLE")).toList();
            return new Seen(dom, screenshot, console, requested(folder.resolve("net.json")));
        }
    }

    private static String run(Path folder, String address, String what) throws IOException, InterruptedException {
        Path out = folder.resolve("out.txt");
        List<String> command = new ArrayList<>(List.of(
                installed().orElseThrow(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--hide-scrollbars",
                "--window-size=1200,1500",
                "--enable-logging=stderr",
                "--user-data-dir=" + folder.resolve("profile"),
                "--log-net-log=" + folder.resolve("net.json"),
                what,
                address));
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("browser.log").toFile()))
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(Files.readString(folder.resolve("browser.log")));
        }
        return Files.readString(out);
    }

    /** The addresses of the requests that pages make; those of the browser itself have no origin. */
    private static List<String> requested(Path log) throws IOException {
        JsonNode net = JSON.readTree(log.toFile());
        TreeSet<String> addresses = new TreeSet<>();
        for (JsonNode event : net.get("events")) {
            String initiator = event.path("params").path("initiator").asText();
            if (!initiator.isEmpty() && !initiator.equals("not an origin")) {
                addresses.add(event.path("params").path("url").asText());
            }
        }
        return List.copyOf(addresses);
    }
}
