package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.EntryPoint;
import io.github.coda4j.cli.answer.FakeTerminal;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.cli.app.Main;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.spi.SystemStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Ranks as shell scripts: what the launcher gives them, and what comes of how they end. */
@Timeout(30)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the ranks here are shell scripts, which Windows does not run")
@Tag("process")
class RankLauncherTest {
    private final Cli cli = new Cli();

    @Test
    void ranks_get_the_variables_of_torchrun_and_only_rank_zero_prints() {
        assertThat(launch(
                        3,
                        "echo $RANK $LOCAL_RANK $WORLD_SIZE $LOCAL_WORLD_SIZE $MASTER_ADDR; echo \"note $RANK\" >&2"))
                .isZero();
        assertThat(cli.out()).isEqualTo("0 0 3 3 127.0.0.1\n");
        assertThat(cli.err()).isEqualTo("note 0\n");
        assertThat(launch(2, "[ $MASTER_PORT -ge 1 ] && [ $CODA_LAUNCHER_PID = $PPID ]"))
                .isZero();
    }

    @Test
    void what_rank_zero_shows_is_drawn_over_where_a_person_looks_on() {
        String script = "[ $RANK = 0 ] && [ \"$CODA_PROGRESS_RELAYED\" ] || exit 0;"
                + " printf '\\036step 1\\nnote\\n\\036step 2\\n' >&2; sleep 0.3; echo out; printf '\\036\\n' >&2";
        assertThat(launch(2, script)).isZero();
        assertThat(cli.err()).as("nobody looks on").isEmpty();
        cli.terminal(new FakeTerminal(80, 24).terminal(), SystemStream.Error);
        assertThat(launch(2, script)).isZero();
        assertThat(cli.err().replace("\r\u001B[K", "<")).isEqualTo("<step 1<note\n<step 1<step 2<");
        assertThat(cli.out()).isEqualTo("out\n");
    }

    @Test
    void the_first_rank_that_fails_ends_all_and_is_heard() {
        assertThat(launch(3, "[ $RANK = 2 ] || exec sleep 20; echo 'coda: no such file' >&2; exit 2"))
                .isEqualTo(2);
        assertThat(cli.err()).isEqualTo("rank 2: coda: no such file\n");
    }

    @Test
    void what_fails_in_consequence_is_not_heard() {
        assertThat(launch(3, "[ $RANK = 0 ] && { echo 'coda: broken' >&2; exit 1; }; sleep 0.3; echo lost >&2; exit 1"))
                .isEqualTo(1);
        assertThat(cli.err()).isEqualTo("coda: broken\n");
    }

    @Test
    void a_rank_that_is_killed_is_said() {
        assertThat(launch(2, "[ $RANK = 1 ] || exec sleep 20; kill -KILL $$")).isEqualTo(1);
        assertThat(cli.err())
                .isEqualTo("coda: rank 1 of 2 was killed by signal 9, perhaps for lack of memory; all ranks have ended,"
                        + " --resume goes on from the last checkpoint\n");
    }

    @Test
    void a_request_to_end_goes_to_all_ranks_and_their_work_is_waited_for() throws Exception {
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() ->
                launch(2, "trap 'sleep 0.3; echo saved; exit 130' TERM; echo ready; while :; do sleep 0.05; done"));
        while (!cli.out().contains("ready")) {
            Thread.sleep(5);
        }
        Thread.ofVirtual().start(() -> cli.interrupt().request());
        assertThat(code.get(20, TimeUnit.SECONDS)).isEqualTo(130);
        assertThat(cli.out()).isEqualTo("ready\nsaved\n");
    }

    @Test
    void the_own_command_starts_this_java_with_the_same_flags_and_classes() {
        List<String> command = EntryPoint.command(List.of("train", "sft"));
        assertThat(command.getFirst()).endsWith("java");
        assertThat(command)
                .contains("--add-modules=jdk.incubator.vector", System.getProperty("java.class.path"))
                .endsWith(Main.class.getName(), "train", "sft");
    }

    private int launch(int ranks, String script) {
        return new RankLauncher(cli.world(), cli.interrupt(), Duration.ofMillis(500))
                .run(List.of("sh", "-c", script), ranks);
    }
}
