package io.github.coda4j.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./start_server.sh}: what it says and what it starts. */
@Tag("process")
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class StartServerTest {
    @TempDir
    Path folder;

    private FakeProject project() throws Exception {
        return new FakeProject(folder, "p").withJdk("25.0.1").withMaven("3.9.9").built();
    }

    @Test
    void it_says_which_variables_count_and_starts_the_server_with_its_flags() throws Exception {
        FakeProject project = project()
                .env("HOST", "127.0.0.1")
                .env("PORT", "0")
                .env("MODEL_NAME", "a folder/of mine")
                .env("STEPS", "5")
                .env("TOP_P", "")
                .env("API_KEY", "secret");
        FakeProject.Result result = project.shell("./start_server.sh --log-requests --stop 'a b'");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err().lines())
                .contains("HOST=127.0.0.1", "PORT=0", "MODEL_NAME=a folder/of mine", "STEPS=5", "API_KEY is set")
                .contains("starting: coda serve --log-requests --stop a b")
                .noneMatch(line -> line.startsWith("TOP_P"));
        assertThat(result.err()).doesNotContain("secret");
        assertThat(result.out()).contains("[serve]\n[--log-requests]\n[--stop]\n[a b]\n");
    }

    @Test
    void it_is_found_through_a_link_and_its_end_is_the_server_s() throws Exception {
        FakeProject project = project();
        Files.createSymbolicLink(
                project.folder("bin/serve-coda"), project.root().resolve("start_server.sh"));
        assertThat(project.shell("cd / && serve-coda").out()).contains("[serve]\n");
        Files.writeString(project.root().resolve("coda"), "#!/bin/sh\necho $$ >&2\nexit 7\n");
        FakeProject.Result result = project.shell("echo $$ >&2; exec ./start_server.sh");
        assertThat(result.code()).isEqualTo(7);
        assertThat(result.err().lines().toList())
                .first()
                .isEqualTo(result.err().lines().toList().getLast());
    }
}
