package io.github.marspark.jobs.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes results, each a line of JSON that says what was measured, how, on what, and what disturbed it since the line
 * before.
 */
public final class JsonLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String what;
    private final int threads;
    private final PrintStream out;
    private final Disturbance disturbance = new Disturbance();

    public JsonLines(String what, int threads, PrintStream out) {
        this.what = what;
        this.threads = threads;
        this.out = out;
    }

    /**
     * Writes a line.
     *
     * @param config which of the configurations was measured
     * @param results by name, in order
     */
    void write(String config, Map<String, ?> results) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("what", what);
        line.put("config", config);
        line.putAll(results);
        line.putIfAbsent("threads", threads);
        line.put("cpu", Machine.cpu());
        line.put("blas", Machine.blas());
        line.putAll(disturbance.sinceLast());
        try {
            out.println(JSON.writeValueAsString(line));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result cannot be written as JSON: " + line, e);
        }
    }

    /** A number with as many digits as a measurement has. */
    static double rounded(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return 0;
        }
        double unit = Math.pow(10, Math.floor(Math.log10(Math.abs(value))) - 3);
        return unit >= 1 ? Math.rint(value / unit) * unit : Math.rint(value / unit) / Math.rint(1 / unit);
    }
}
