package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * A case of a sampler as JSON: which rule, its parameters, and what it is told at each forward. Whatever is missing or
 * of another kind is refused with the case's name.
 */
record SamplerCase(String id, JsonNode json) {
    SamplerCase(JsonNode json) {
        this(json.path("id").asText("a case without id"), json);
    }

    String rule() {
        return text(json, "rule");
    }

    double parameter(String name) {
        return number(json.path("params"), name);
    }

    double parameter(String list, int index) {
        return numbers(json.path("params"), list)[index];
    }

    String textParameter(String name) {
        return text(json.path("params"), name);
    }

    boolean flag(String name) {
        JsonNode value = json.path("params").path(name);
        require(value.isBoolean(), "params", name, "true or false");
        return value.booleanValue();
    }

    int[] positions(String parameter) {
        return wholes(json.path("params"), parameter);
    }

    List<JsonNode> forwards() {
        JsonNode forwards = json.path("forwards");
        require(forwards.isArray() && !forwards.isEmpty(), "the case", "forwards", "a list");
        return StreamSupport.stream(forwards.spliterator(), false).toList();
    }

    /** A column of a forward, in step with its positions. */
    double[] column(JsonNode forward, String name) {
        double[] column = numbers(forward, name);
        require(column.length == wholes(forward, "positions").length, "a forward", name, "as long as positions");
        return column;
    }

    int[] wholes(JsonNode of, String name) {
        double[] numbers = numbers(of, name);
        int[] wholes =
                IntStream.range(0, numbers.length).map(i -> (int) numbers[i]).toArray();
        for (int i = 0; i < wholes.length; i++) {
            require(wholes[i] == numbers[i] && wholes[i] >= 0, "the case", name, "a list of whole numbers from 0");
        }
        return wholes;
    }

    double number(JsonNode of, String name) {
        require(of.path(name).isNumber(), "the case", name, "a number");
        return of.get(name).doubleValue();
    }

    double[] numbers(JsonNode of, String name) {
        require(of.path(name).isArray(), "the case", name, "a list of numbers");
        return numbers(of.get(name), name, 0);
    }

    /** Rows of numbers, of any length each. */
    List<double[]> rows(JsonNode forward, String name) {
        require(forward.path(name).isArray(), "a forward", name, "a list of rows");
        return StreamSupport.stream(forward.get(name).spliterator(), false)
                .map(row -> numbers(row, name, 1))
                .toList();
    }

    private double[] numbers(JsonNode list, String name, int least) {
        require(list.isArray() && list.size() >= least, "the case", name, "a list of numbers");
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            require(list.get(i).isNumber(), "the case", name, "a list of numbers");
            numbers[i] = list.get(i).doubleValue();
        }
        return numbers;
    }

    private String text(JsonNode of, String name) {
        require(of.path(name).isTextual(), "the case", name, "a text");
        return of.get(name).textValue();
    }

    void require(boolean holds, String where, String name, String expected) {
        if (!holds) {
            throw CodaException.of("%s: %s must hold \"%s\": %s", id, where, name, expected);
        }
    }
}
