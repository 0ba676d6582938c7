package io.github.coda4j.serve.http;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.serve.wire.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** All routes, and which of them a request means. */
public final class RouteTable {
    private static final String REST = "/{id}";

    /** By path, then by method. */
    private final Map<String, Map<String, Route>> routes = new LinkedHashMap<>();

    public RouteTable(List<Route> all) {
        for (Route route : all) {
            Route before = routes.computeIfAbsent(route.path(), _ -> new LinkedHashMap<>())
                    .putIfAbsent(route.method(), route);
            check(before == null, "there are two routes %s %s", route.method(), route.path());
        }
    }

    /**
     * A route and what stood for its {@code {id}}.
     *
     * @param rest empty where the path has none
     */
    public record Match(Route route, String rest) {}

    /** @throws Problem when there is no such path, or it takes another method */
    Match find(String method, String path) {
        Map<String, Route> here = routes.get(path);
        String rest = "";
        if (here == null) {
            Optional<String> prefix = prefix(path);
            here = prefix.map(start -> routes.get(start + REST)).orElseThrow(() -> Problem.noRoute(method, path));
            rest = path.substring(prefix.orElseThrow().length() + 1);
        }
        Route route = here.get(method.equals("HEAD") ? "GET" : method);
        if (route == null) {
            throw Problem.wrongMethod(method, methods(here));
        }
        return new Match(route, rest);
    }

    /** The methods of a path, separated by commas; empty when there is no such path. */
    Optional<String> methods(String path) {
        return Optional.ofNullable(routes.get(path))
                .or(() -> prefix(path).map(start -> routes.get(start + REST)))
                .map(RouteTable::methods);
    }

    /** Every method and path, for pages that list them. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        routes.values().forEach(here -> here.values().forEach(route -> names.add(route.method() + " " + route.path())));
        return names;
    }

    private static String methods(Map<String, Route> here) {
        TreeSet<String> methods = new TreeSet<>(here.keySet());
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return String.join(", ", methods);
    }

    /** What stands before the rest in a path that has one. */
    private Optional<String> prefix(String path) {
        return routes.keySet().stream()
                .filter(known -> known.endsWith(REST))
                .map(known -> known.substring(0, known.length() - REST.length()))
                .filter(start -> path.startsWith(start + "/") && path.length() > start.length() + 1)
                .findFirst();
    }
}
