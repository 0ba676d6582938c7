package io.github.coda4j.serve;

import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.http.Route;
import java.util.List;
import java.util.Locale;

/** A plain page for whoever opens the address in a browser: what is served, and one request. */
final class PageRoutes {
    private static final String PAGE = """
            %s is served here by coda4j, for OpenAI's clients and editors.

            curl http://%s/v1/completions -H 'Content-Type: application/json' \\
              -d '{"prompt": "this.name = ", "suffix": ";\\n", "max_tokens": 4}'

            GET /v1/models lists the model, GET /health says whether it can answer; docs/clients.md has settings
            for editors and libraries.
            """;

    private final Service service;

    PageRoutes(Service service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(Route.get("/", this::page).withoutKey());
    }

    private void page(Call call) {
        String host = call.header("host")
                .filter(name -> name.matches("[A-Za-z0-9.:\\[\\]-]+"))
                .orElse("127.0.0.1:8000");
        call.answer(
                200,
                "text/plain; charset=utf-8",
                String.format(Locale.ROOT, PAGE, service.model().name(), host));
    }
}
