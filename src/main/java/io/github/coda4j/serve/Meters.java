package io.github.coda4j.serve;

import io.github.coda4j.generate.Cost;
import io.github.coda4j.serve.http.Call;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;

/** What the server counts. */
final class Meters {
    private static final double[] SECONDS = {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
    private static final double MILLIS = 1000;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter requests =
            counter("coda_requests", "Requests that are over, by route and status.", "route", "status");
    private final Counter cancelled = counter("coda_cancelled", "Requests whose client left before the answer.");
    private final Counter promptTokens = counter("coda_prompt_tokens", "Tokens that were given.");
    private final Counter cachedTokens =
            counter("coda_cached_tokens", "Given tokens that were not run, because an earlier answer had them.");
    private final Counter newTokens = counter("coda_tokens_predicted", "Tokens in answers.");
    private final Counter forwards = counter("coda_forwards", "Forward passes that answers took part in.");
    private final Counter commits = counter("coda_commits", "Positions committed.");
    private final Histogram queue = histogram("coda_queue_seconds", "Time that answers waited.");
    private final Histogram work = histogram("coda_answer_seconds", "Time from an answer's start to its end.");

    /** @param underWay answers that have a place */
    Meters(IntSupplier underWay) {
        GaugeWithCallback.builder()
                .name("coda_answers_under_way")
                .help("Answers that are worked on or wait.")
                .callback(callback -> callback.call(underWay.getAsInt()))
                .register(registry);
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    private Histogram histogram(String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
    }

    /** A request is over. */
    void over(Call call) {
        // Paths that there are not are one series and not as many as somebody thinks of.
        requests.labelValues(call.route().isEmpty() ? "none" : call.route(), Integer.toString(call.status()))
                .inc();
        if (call.isGone()) {
            cancelled.inc();
        }
    }

    /** An answer is finished, whole or not. */
    void answered(Cost cost) {
        promptTokens.inc(cost.promptTokens());
        cachedTokens.inc(cost.cachedTokens());
        newTokens.inc(cost.newTokens());
        forwards.inc(cost.forwards());
        commits.inc(cost.commits());
        queue.observe(cost.queueMillis() / MILLIS);
        work.observe((cost.promptMillis() + cost.decodeMillis()) / MILLIS);
    }

    /** All of it as Prometheus reads it. */
    String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
