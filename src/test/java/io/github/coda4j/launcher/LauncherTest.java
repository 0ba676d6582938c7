package io.github.coda4j.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./coda} and {@code ./verify}: when they build, that they wait for each other, and what reaches the JVM. */
@Tag("process")
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    @TempDir
    Path folder;

    private FakeProject project(String name) throws IOException {
        return new FakeProject(folder, name).withJdk("25.0.1").withMaven("3.9.9");
    }

    @Test
    void the_first_start_builds_and_the_second_does_not() throws Exception {
        FakeProject project = project("p");
        FakeProject.Result first = project.coda("a");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err()).contains("Building coda4j (first start").contains("done.");
        assertThat(project.coda("a").err()).doesNotContain("Building");
        assertThat(project.maven()).hasSize(2);
        Files.setLastModifiedTime(
                project.root().resolve("src/main/Main.java"),
                FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(project.coda("a").err()).contains("Building coda4j (its sources have changed)");
    }

    @Test
    void an_edit_during_the_build_leads_to_another_build() throws Exception {
        FakeProject project = project("p");
        Files.writeString(project.folder("maven.edits"), "");
        assertThat(project.coda().code()).isZero();
        assertThat(project.coda().err()).contains("its sources have changed");
        assertThat(project.coda().err()).doesNotContain("Building");
    }

    @Test
    void a_build_that_fails_shows_its_end_and_the_next_start_tries_again() throws Exception {
        FakeProject project = project("p");
        Files.writeString(project.folder("maven.fails"), "");
        FakeProject.Result failed = project.coda("a");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err()).contains("failed.", "the compiler says no", "The whole log: ");
        assertThat(failed.out()).isEmpty();
        Files.delete(project.folder("maven.fails"));
        assertThat(project.coda("a").code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flock", "no flock"})
    void two_first_starts_at_once_build_once(String lock) throws Exception {
        FakeProject project = project("p");
        if (lock.equals("no flock")) {
            project.without("flock");
        }
        FakeProject.Started one = project.start("coda", "one");
        FakeProject.Started two = project.start("coda", "two");
        FakeProject.Result first = project.await(one);
        FakeProject.Result second = project.await(two);
        assertThat(List.of(first.code(), second.code()))
                .as(first.err() + second.err())
                .containsOnly(0);
        assertThat(first.out()).contains("[one]");
        assertThat(second.out()).contains("[two]");
        assertThat(project.maven()).hasSize(2);
        assertThat(first.err() + second.err()).containsOnlyOnce("Another start is building coda4j; waiting for it.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flock", "no flock"})
    void a_test_run_and_a_first_start_do_not_build_at_the_same_time(String lock) throws Exception {
        FakeProject project = project("p");
        if (lock.equals("no flock")) {
            project.without("flock");
        }
        FakeProject.Started verify = project.start("verify");
        FakeProject.Started coda = project.start("coda");
        FakeProject.Result tested = project.await(verify);
        assertThat(tested.out()).endsWith("2 passed, 1 failed, 0 skipped\n");
        assertThat(project.await(coda).code()).isZero();
        assertThat(project.maven().stream().map(line -> line.split(" ")[0]))
                .containsExactly("begin", "end", "begin", "end");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flock", "no flock"})
    void a_start_that_was_killed_leaves_no_lock(String lock) throws Exception {
        FakeProject project = project("p");
        if (lock.equals("no flock")) {
            project.without("flock");
        }
        Files.writeString(project.folder("maven.slow"), "");
        FakeProject.Started killed = project.start("coda");
        long maven = mavenProcess(project);
        killed.process().destroyForcibly().waitFor();
        ProcessHandle.of(maven).ifPresent(ProcessHandle::destroyForcibly);
        Files.delete(project.folder("maven.slow"));
        assertThat(project.coda().code()).isZero();
    }

    @Test
    void an_interrupted_build_ends_with_everything_that_it_started() throws Exception {
        FakeProject project = project("p");
        Files.writeString(project.folder("maven.slow"), "");
        FakeProject.Started started = project.start("coda");
        long maven = mavenProcess(project);
        started.process().destroy();
        FakeProject.Result result = project.await(started);
        assertThat(result.code()).isEqualTo(130);
        assertThat(result.err()).contains("Build stopped.");
        Optional<ProcessHandle> left = ProcessHandle.of(maven);
        if (left.isPresent()) {
            left.get().onExit().get(10, TimeUnit.SECONDS);
        }
    }

    /** The number of the Maven that runs. */
    private static long mavenProcess(FakeProject project) throws Exception {
        Path file = project.folder("maven.pid");
        while (!Files.exists(file) || Files.size(file) == 0) {
            Thread.sleep(10);
        }
        return Long.parseLong(Files.readString(file).strip());
    }

    @Test
    void a_build_does_not_change_the_file_that_a_running_process_has_open() throws Exception {
        FakeProject project = project("p").built();
        Path jar = project.root().resolve("target/run/coda4j.jar");
        try (var open = Files.newInputStream(jar)) {
            Files.setLastModifiedTime(
                    project.root().resolve("target/run/.built"),
                    FileTime.from(Instant.now().minusSeconds(100)));
            assertThat(project.coda().err()).contains("its sources have changed");
            assertThat(Files.readString(jar)).isEqualTo("jar\n");
            assertThat(open.readAllBytes()).asString().isEqualTo("jar");
        }
    }

    @Test
    void arguments_and_options_reach_the_jvm_as_they_are() throws Exception {
        FakeProject project = project("p").built().env("CODA_JAVA_OPTS", "-Xmx1g -Dpattern=*");
        Files.writeString(project.root().resolve("-Dpattern=x"), "");
        FakeProject.Result result = project.coda("@pom.xml", "two words", "", "*", "größe 你", "--", "$HOME");
        assertThat(result.out())
                .contains("[-Xmx1g]\n[-Dpattern=*]\n")
                .contains("[io.github.coda4j.cli.app.Main]\n[@pom.xml]\n[two words]\n[]\n"
                        + "[*]\n[größe 你]\n[--]\n[$HOME]\n");
    }

    @ParameterizedTest
    @CsvSource({
        "LANG, de_DE.UTF-8",
        "LANG, en_US",
        "LANG, C",
        "LC_ALL, xx_YY.UTF-8",
        "LC_ALL, POSIX",
        "LC_CTYPE, UTF-8",
        "NONE, none",
    })
    void the_jvm_starts_in_utf_8_whatever_the_locale_says(String variable, String value) throws Exception {
        FakeProject project = project("p").built().env(variable, value);
        assertThat(project.coda().out()).endsWith("charmap UTF-8\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"the user's own", "any other"})
    void without_c_utf_8_another_locale_that_is_utf_8_serves_with_the_messages_of_c(String which) throws Exception {
        FakeProject project = project("p").built();
        project.script("locale", """
                #!/bin/sh
                case "$1 $LC_ALL" in
                  -a*) printf 'C\\nPOSIX\\nde_DE.utf8\\n' ;;
                  "charmap de_DE."*) echo UTF-8 ;;
                  charmap*) echo ANSI_X3.4-1968 ;;
                esac
                """);
        project.script("../jdk/bin/java", "#!/bin/sh\necho \"$LC_ALL,$LC_CTYPE,$LC_MESSAGES,$LC_NUMERIC,$LANG\"\n");
        project.env("LC_ALL", which.equals("any other") ? "xx_YY.UTF-8" : "de_DE.UTF-8")
                .env("LC_NUMERIC", "de_DE.UTF-8")
                .env("LANG", "de_DE.UTF-8");
        assertThat(project.coda().out())
                .isEqualTo(which.equals("any other") ? ",de_DE.utf8,C,,C\n" : ",de_DE.UTF-8,C,,C\n");
    }

    @Test
    void the_warning_about_the_incubator_module_is_dropped_and_nothing_else() throws Exception {
        FakeProject.Result result = project("p").built().coda();
        assertThat(result.err()).isEqualTo("another word of the JVM\n");
        assertThat(result.out()).containsPattern("\\[-Dcoda\\.stderr=9:\\d+]");
    }

    @Test
    void a_path_with_a_colon_is_used_through_a_link() throws Exception {
        FakeProject project = project("a:b c");
        FakeProject.Result result = project.coda();
        assertThat(result.code()).as(result.err()).isZero();
        String classPath = result.out().substring(result.out().indexOf("[-cp]") + 7);
        classPath = classPath.substring(0, classPath.indexOf("]"));
        List<String> entries = List.of(classPath.split(":"));
        assertThat(entries)
                .hasSize(2)
                .allMatch(entry -> entry.startsWith(project.folder("home") + "/.cache/coda4j/links/"));
        assertThat(Path.of(entries.getFirst()).toRealPath())
                .isEqualTo(project.root().resolve("target/run/coda4j.jar").toRealPath());
        assertThat(project.coda().err()).doesNotContain("Building");
    }

    @Test
    void a_path_and_a_cache_with_colons_are_one_sentence() throws Exception {
        FakeProject project = project("a:b").built();
        FakeProject.Result result =
                project.env("CODA_CACHE", project.folder("c:d").toString()).coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("a path with ':' needs a link in the cache")
                .contains("CODA_CACHE=");
    }

    @Test
    void a_path_at_which_jars_end_is_one_sentence() throws Exception {
        FakeProject.Result result = project("a!").built().coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("no folder's name on its way may end with '!'");
    }

    @Test
    void closed_streams_lead_to_nothing_and_do_not_become_other_files() throws Exception {
        FakeProject project = project("p").built();
        Files.writeString(project.folder("jdk/bin/java"), """
                #!/bin/sh
                cat > ../input
                echo lost 2>/dev/null || echo "not written" > ../failure
                echo "nobody reads this" >&2
                """);
        FakeProject.Result result = project.shell("./coda <&- >&- 2>&-");
        assertThat(result.err() + result.out()).isEmpty();
        assertThat(project.folder("input")).isEmptyFile();
        assertThat(project.folder("failure")).hasContent("not written");
    }

    @Test
    void maven_alone_refuses_an_older_jdk_in_one_line() throws Exception {
        Path project = Path.of("").toAbsolutePath();
        String wanted = Files.readString(project.resolve("scripts/toolchain.sh"))
                .replaceAll("(?s).*\\nCODA_JDK=(\\d+)\\n.*", "$1");
        assertThat(Files.readString(project.resolve("pom.xml")))
                .containsPattern("<requireJavaVersion>\\s*<version>\\[" + wanted
                        + ",\\)</version>\\s*<message>[^\\n<]+ set JAVA_HOME [^\\n<]+</message>");
    }

    @Test
    void an_old_jdk_is_passed_over_and_a_newer_one_taken() throws Exception {
        FakeProject project = project("p").built().withJdk("21.0.2").env("CODA_NO_DOWNLOAD", "1");
        FakeProject.Result result = project.coda();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("coda4j needs a JDK 25 or newer and found none");
        assertThat(project.withJdk("26").coda().code()).isZero();
    }

    @Test
    void a_fast_test_run_leaves_out_what_takes_long() throws Exception {
        FakeProject project = project("p");
        assertThat(project.await(project.start("verify", "--fast", "-Dx=y")).code())
                .isZero();
        assertThat(project.maven().getFirst())
                .contains("test spotless:check -Pfast")
                .contains("-Dx=y");
        String pom = Files.readString(Path.of("pom.xml"));
        assertThat(pom.substring(pom.indexOf("<id>fast</id>")))
                .as("what the profile leaves out")
                .contains("<excludedGroups>process | training | slow | xla</excludedGroups>");
    }

    @Test
    void a_test_run_with_the_oracle_fetches_it_once_into_a_folder_that_appears_whole() throws Exception {
        FakeProject project =
                project("p").env("CODA_CACHE", folder.resolve("cache").toString());
        FakeProject.Result first = project.await(project.start("verify", "-Pxla"));
        boolean isThere = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        if (!isThere) {
            assertThat(first.err()).contains("The oracle is there for Linux on x86-64 only");
            return;
        }
        Path oracle = folder.resolve("cache/oracle");
        assertThat(oracle.resolve(".complete")).exists();
        assertThat(first.err()).contains("Fetching the oracle (161 MB, once) to " + oracle);
        assertThat(project.await(project.start("verify", "-Pxla")).err()).doesNotContain("Fetching");
        List<String> begun = project.maven().stream()
                .filter(line -> line.startsWith("begin"))
                .toList();
        assertThat(begun).hasSize(3);
        assertThat(begun.getFirst())
                .contains("-Pxla -Dcoda.oracle=" + folder.resolve("cache/.oracle.partial"))
                .endsWith("dependency:unpack@oracle");
        assertThat(begun.subList(1, 3))
                .allSatisfy(line -> assertThat(line).contains("verify -Pxla -Dcoda.oracle=" + oracle));
    }

    @Test
    void an_oracle_that_cannot_be_fetched_is_said_and_leaves_nothing() throws Exception {
        FakeProject project =
                project("p").env("CODA_CACHE", folder.resolve("cache").toString());
        Files.writeString(project.folder("maven.fails"), "");
        FakeProject.Result failed = project.await(project.start("scripts/fetch-oracle"));
        assertThat(failed.code()).isEqualTo(1);
        assertThat(folder.resolve("cache/oracle")).doesNotExist();
        FakeProject.Result forbidden =
                project.env("CODA_NO_DOWNLOAD", "1").await(project.start("scripts/fetch-oracle"));
        assertThat(forbidden.code()).isEqualTo(1);
        assertThat(forbidden.err()).containsAnyOf("forbids to fetch it", "for Linux on x86-64 only");
    }
}
