package io.github.coda4j.cli.make;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.KnownModel;
import io.github.coda4j.model.WeightFormat;
import org.junit.jupiter.api.Test;

class ModelsCommandTest {
    private final Cli cli = new Cli();

    @Test
    void known_models_are_listed_with_licence_use_and_what_fits() {
        assertThat(cli.run("models")).isZero();
        for (KnownModel model : KnownModel.ALL) {
            assertThat(cli.out()).contains(model.id(), "licence " + model.licence(), model.use());
        }
        assertThat(cli.out()).contains("coda pull ID");
    }

    @Test
    void what_fits_follows_from_the_memory_that_is_said() {
        assertThat(cli.run("models", "--json")).isZero();
        JsonNode root = Json.parse(cli.out(), "models");
        long memory = root.get("memory").longValue();
        assertThat(root.get("models")).hasSize(KnownModel.ALL.size());
        for (JsonNode model : root.get("models")) {
            for (WeightFormat format : WeightFormat.ALL) {
                long bytes = model.get("bytes").get(format.toString()).longValue();
                assertThat(bytes).isPositive();
                boolean listed = false;
                for (JsonNode name : model.get("fits")) {
                    listed |= name.textValue().equals(format.toString());
                }
                assertThat(listed).isEqualTo(1.2 * bytes <= memory);
            }
        }
    }
}
