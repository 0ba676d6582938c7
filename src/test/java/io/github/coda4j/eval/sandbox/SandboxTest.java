package io.github.coda4j.eval.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is said where a system lacks something, and what is started. */
@Tag("process")
class SandboxTest {
    private static final Optional<SystemCalls> X86 = SystemCalls.of("amd64");

    @TempDir
    Path folder;

    private static Sandbox.Facts facts(String system, Optional<SystemCalls> calls, int landlock, boolean seccomp) {
        return new Sandbox.Facts(system, calls, landlock, seccomp, Optional.empty());
    }

    @Test
    void what_is_missing_is_said_in_one_line() {
        assertThat(new Sandbox(SandboxMode.BEST, facts("Linux", X86, 7, true)).missing())
                .isEmpty();
        assertThat(new Sandbox(SandboxMode.BEST, facts("Linux", X86, 0, false)).missing())
                .containsExactly("Landlock (Linux 5.13 or newer with it switched on)", "seccomp filters");
        assertThat(new Sandbox(SandboxMode.BEST, facts("Linux", X86, 1, true)).missing())
                .containsExactly("Landlock's rule against truncating files (Linux 6.2)");
        Sandbox mac = new Sandbox(SandboxMode.BEST, facts("Mac OS X", Optional.empty(), 0, false));
        assertThat(mac.missing()).containsExactly("confining processes is not known on Mac OS X");
        assertThat(mac.description()).isEqualTo("none; missing: confining processes is not known on Mac OS X");
        assertThat(mac.innerFilter()).isEmpty();
        assertThat(new Sandbox(SandboxMode.BEST, facts("Linux", Optional.empty(), 0, false)).missing())
                .containsExactly("the system calls of this processor are not known");
        assertThat(new Sandbox(SandboxMode.OFF, facts("Linux", X86, 7, true)).description())
                .startsWith("none: programs ran with the rights");
    }

    @Test
    void a_required_sandbox_that_is_not_complete_is_refused() {
        assertThatThrownBy(() -> new Sandbox(SandboxMode.REQUIRED, facts("Linux", X86, 0, true)))
                .isInstanceOf(CodaException.class)
                .hasMessage(
                        "no complete sandbox on this system: Landlock (Linux 5.13 or newer with it switched on); take"
                                + " --sandbox best to run with what there is");
    }

    @Test
    void bubblewrap_that_is_not_installed_is_said_and_one_that_is_gets_its_folders() throws Exception {
        assertThatThrownBy(() -> Sandbox.open(SandboxMode.BWRAP, folder.toString()))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("--sandbox bwrap needs bubblewrap, and there is no bwrap on the PATH");
        Path bwrap = Files.writeString(folder.resolve("bwrap"), "#!/bin/sh\necho \"$@\"\n");
        assertThat(bwrap.toFile().setExecutable(true)).isTrue();
        Sandbox sandbox = Sandbox.open(SandboxMode.BWRAP, folder.toString());
        Process process = sandbox.start(
                new ProcessBuilder("program", "argument").directory(folder.toFile()),
                new Reach(List.of(), List.of(), List.of(folder)));
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said)
                .startsWith("--unshare-all --die-with-parent --new-session --proc /proc --dev /dev ")
                .contains(" --bind " + folder + " " + folder + " --chdir " + folder + " -- program argument");
    }

    @Test
    void filters_are_whole_instructions_and_know_where_the_process_id_goes() {
        for (String processor : List.of("amd64", "aarch64")) {
            SystemCalls calls = SystemCalls.of(processor).orElseThrow();
            CallFilter inner = CallFilter.inner(calls);
            assertThat(inner.code().length % 8).isZero();
            assertThat(inner.pidAt()).hasSize(3).allMatch(at -> at % 8 == 4);
            assertThat(CallFilter.outer(calls).code().length).isLessThan(inner.code().length);
        }
        assertThat(SystemCalls.of("riscv64")).isEmpty();
    }

    @Test
    void a_program_that_cannot_be_started_is_named() {
        assertThatThrownBy(() -> Sandbox.open(SandboxMode.BEST, "")
                        .start(new ProcessBuilder("/no/such/program"), new Reach(List.of(), List.of(), List.of())))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("cannot start /no/such/program: ");
    }

    @Test
    void our_own_threads_stay_free_after_a_start() throws Exception {
        Process process = Sandbox.open(SandboxMode.BEST, "")
                .start(
                        new ProcessBuilder("/bin/cat", "/etc/hostname"),
                        new Reach(List.of(), List.of(Path.of("/bin"), Path.of("/usr/bin")), List.of()));
        assertThat(process.waitFor()).as("cat may not read it").isNotZero();
        assertThat(Files.exists(Files.writeString(folder.resolve("ours"), "x"))).isTrue();
        assertThat(new ProcessBuilder("true").start().waitFor()).isZero();
        Sandbox.kill(process);
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_process_that_neither_reads_nor_works_is_killed() throws Exception {
        Process process = Sandbox.open(SandboxMode.BEST, "")
                .start(
                        new ProcessBuilder("/bin/sleep", "600"),
                        new Reach(List.of(), List.of(Path.of("/bin"), Path.of("/usr/bin")), List.of()));
        assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
        Sandbox.kill(process);
        assertThat(process.isAlive()).isFalse();
    }
}
