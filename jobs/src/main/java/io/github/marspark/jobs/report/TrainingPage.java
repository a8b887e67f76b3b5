package io.github.marspark.jobs.report;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves the report of a training while it runs, to be read and nothing else; on the driver, to this machine alone unless an
 * address says otherwise.
 */
public final class TrainingPage implements AutoCloseable {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int THREADS = 2;

    private final HttpServer server;
    private final Supplier<TrainingReport> report;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
        Thread thread = new Thread(work, "page of the training");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Begins to serve.
     *
     * @param where a port, 0 for any that is free, or an address and a port
     * @param report as it is when somebody looks
     * @throws UncheckedIOException if the port is taken or the address is none of this machine
     */
    public TrainingPage(String where, Supplier<TrainingReport> report) {
        this.report = report;
        try {
            this.server = HttpServer.create(address(where), 0);
        } catch (IOException e) {
            threads.shutdownNow();
            throw new UncheckedIOException(
                    "train.page is %s, where no page can be served: %s; give another port"
                            .formatted(where, e.getMessage()),
                    e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    private static InetSocketAddress address(String where) throws IOException {
        int colon = where.lastIndexOf(':');
        int port = Integer.parseInt(where.substring(colon + 1));
        return colon < 0
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                : new InetSocketAddress(InetAddress.getByName(where.substring(0, colon)), port);
    }

    /** Where a browser finds it. */
    public String address() {
        InetSocketAddress bound = server.getAddress();
        String host = bound.getAddress().isAnyLocalAddress()
                ? "localhost"
                : bound.getAddress().getHostAddress();
        return "http://%s:%d/".formatted(host.contains(":") ? "[" + host + "]" : host, bound.getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.sendResponseHeaders(NOT_ALLOWED, -1);
            } else if (!exchange.getRequestURI().getPath().equals("/")) {
                exchange.sendResponseHeaders(NOT_FOUND, -1);
            } else {
                send(exchange, method.equals("HEAD"));
            }
        }
    }

    private void send(HttpExchange exchange, boolean isHead) throws IOException {
        byte[] page = report.get().html().getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "text/html; charset=utf-8");
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'unsafe-inline'");
        exchange.sendResponseHeaders(OK, isHead ? -1 : page.length);
        if (!isHead) {
            exchange.getResponseBody().write(page);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
