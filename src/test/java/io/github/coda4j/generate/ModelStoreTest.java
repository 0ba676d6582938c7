package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
    @TempDir
    private Path folder;

    @Test
    void a_folder_is_found_by_its_path_and_a_pulled_model_by_its_id() throws Exception {
        Path cache = folder.resolve("cache");
        Path pulled = Files.createDirectories(cache.resolve("models/Owner--Name/0123"));
        Files.writeString(pulled.resolve("config.json"), "{}");
        Path refs = Files.createDirectories(pulled.resolveSibling(".refs"));
        Files.writeString(refs.resolve("main"), "0123\n");
        ModelStore store = ModelStore.of(Map.of("CODA_CACHE", cache.toString()), Map.of());

        assertThat(store.folder(folder.toString())).isEqualTo(folder);
        assertThat(store.folder("Owner/Name")).isEqualTo(pulled);
    }

    @Test
    void what_is_not_there_is_bad_data_that_says_what_to_do() {
        ModelStore store = new ModelStore(folder, Optional.empty());
        assertThatThrownBy(() -> store.folder("Owner/Name"))
                .isInstanceOf(CodaException.class)
                .hasMessage("Owner/Name is neither a folder nor a model that was pulled; `coda pull Owner/Name` fetches"
                        + " it");
        assertThatThrownBy(() -> store.folder("no/such/folder"))
                .isInstanceOf(CodaException.class)
                .hasMessage("there is no model folder no/such/folder; fetch the full one with `coda pull"
                        + " Salesforce/CoDA-v0-Instruct`");
        assertThatThrownBy(() -> store.folder("a\0b")).isInstanceOf(CodaException.class);
        assertThatThrownBy(() -> store.folder(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the model's name is empty");
    }

    @Test
    void a_missing_folder_beside_models_is_no_hub_id_and_names_the_nearest_and_the_one_in_the_box() throws Exception {
        Path box = Files.createDirectories(folder.resolve("models/coda-mini"));
        Files.writeString(box.resolve("config.json"), "{}");
        ModelStore store = new ModelStore(folder.resolve("cache"), Optional.of(folder));
        String missing = folder.resolve("models/coda").toString();
        assertThatThrownBy(() -> store.folder(missing))
                .isInstanceOf(CodaException.class)
                .hasMessage("there is no model folder " + missing + "; did you mean " + box
                        + "?; leave the name out to take "
                        + "coda-mini, the small model in the box (" + box
                        + "), or fetch the full one with `coda pull Salesforce/CoDA-v0-Instruct`");
        assertThatThrownBy(() -> store.folder("models/coda"))
                .as("a folder of this name is there where the tests run")
                .hasMessageStartingWith("there is no model folder models/coda; did you mean models/coda-mini?; leave");
        assertThatThrownBy(() -> store.folder("Owner/Name"))
                .hasMessageEndingWith("leave the name out to take coda-mini, the " + "small model in the box");
    }

    @Test
    void the_model_in_the_box_lies_in_the_project_if_anywhere() throws Exception {
        Map<String, String> properties = Map.of(ModelStore.HOME, folder.toString());
        assertThat(ModelStore.of(Map.of(), properties).inTheBox()).isEmpty();
        Path box = Files.createDirectories(folder.resolve("models/coda-mini"));
        assertThat(ModelStore.of(Map.of(), properties).inTheBox()).contains(box);
        assertThat(ModelStore.of(Map.of(), Map.of()).inTheBox()).isEmpty();
    }
}
