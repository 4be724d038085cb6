package io.cairn.qmp.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.Workers;
import io.cairn.block.statistics.Accounting;
import io.cairn.qmp.service.StorageService;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Serves a daemon's live page: `/` is the page, `/status.json` and `/graph.svg` what it asks for,
/// `/metrics` the same for Prometheus.
///
/// It only reads, and asks nobody who they are: who reaches the address sees the names of files.
/// While it is served every node counts its requests, which `query-blockstats` then tells too.
public final class LivePage implements AutoCloseable {
    /// Bounds for what clients can take up (module `jdk.httpserver`, "System properties"): the
    /// connections, and the seconds that a request may take to come and an answer to go.
    private static final Map<String, String> BOUNDS =
            Map.of(
                    "jdk.httpserver.maxConnections", "64",
                    "sun.net.httpserver.maxReqTime", "10",
                    "sun.net.httpserver.maxRspTime", "30");

    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;

    /// What is sent back.
    private record Answer(int status, String type, String text) {
        static Answer refusal(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text + "\n");
        }
    }

    private final StorageService service;
    private final PageAddress address;
    private final HostCheck hosts;
    private final PageSource page = PageSource.load();
    private final HttpServer server;

    private LivePage(StorageService service, PageAddress address, HttpServer server) {
        this.service = service;
        this.address = address;
        this.server = server;
        hosts = new HostCheck(address.host());
    }

    /// Serves the page from now on.
    ///
    /// @throws InvalidOptionException if nothing can listen there
    public static LivePage start(StorageService service, PageAddress address)
            throws InvalidOptionException {
        for (Map.Entry<String, String> bound : BOUNDS.entrySet()) {
            if (System.getProperty(bound.getKey()) == null) {
                System.setProperty(bound.getKey(), bound.getValue());
            }
        }
        HttpServer server;
        try {
            server = HttpServer.create(address.resolve(), 0);
        } catch (InvalidOptionException e) {
            throw e;
        } catch (IOException e) {
            throw new InvalidOptionException("cannot serve the page there: " + e.getMessage());
        }
        LivePage live = new LivePage(service, address, server);
        server.setExecutor(task -> Workers.startVirtual("http:request", task));
        server.createContext("/", live::handle);
        service.graph().countRequests(Accounting.Settings.DEFAULT);
        server.start();
        return live;
    }

    /// Where a browser finds the page.
    public String url() {
        return address.url(server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            send(exchange, answer(exchange));
        }
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!hosts.allows(
                exchange.getRequestHeaders().get("Host"),
                exchange.getLocalAddress().getAddress())) {
            return Answer.refusal(FORBIDDEN, "This host is not known by that name");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Answer.refusal(NOT_ALLOWED, "There is nothing to do here but to look");
        }
        return switch (exchange.getRequestURI().getPath()) {
            case "/" -> new Answer(OK, "text/html; charset=utf-8", page.html());
            case "/status.json" ->
                    new Answer(
                            OK,
                            "application/json",
                            StatusText.of(Figures.of(service), System.nanoTime()));
            case "/graph.svg" ->
                    new Answer(OK, "image/svg+xml", GraphPicture.of(Figures.of(service)));
            case "/metrics" ->
                    new Answer(
                            OK,
                            "text/plain; version=0.0.4; charset=utf-8",
                            MetricsText.of(Figures.of(service)));
            case null, default -> Answer.refusal(NOT_FOUND, "There is no such page");
        };
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", answer.type());
        headers.set("Content-Security-Policy", page.policy());
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    /// Ends the page and the connections of those who look at it.
    @Override
    public void close() {
        server.stop(0);
    }
}
