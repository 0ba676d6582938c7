package io.github.coda4j.cli.train;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.train.RankGroup;

/** How a process becomes one rank of several, and how it ends when another is lost. */
final class TrainRanks {
    /** After a rank is lost, the operation that waits for it has this long to say what it waited for. */
    private static final long GRACE_MILLIS = 5_000;

    private TrainRanks() {}

    /**
     * Joins the world that the environment names, if any.
     *
     * @throws CodaException when not all ranks come in time
     */
    static RankGroup join(World world, Device device) {
        endWithLauncher(world);
        return RankGroup.join(world.environment(), device, message -> end(world, message));
    }

    /** The main thread may be in native code that nothing interrupts. */
    private static void end(World world, String message) {
        try {
            Thread.sleep(GRACE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        world.note("coda: " + message);
        world.flush();
        halt();
    }

    /** A rank whose launcher was killed would go on unseen, and rank 0 would hold the run's folder. */
    private static void endWithLauncher(World world) {
        world.variable(RankLauncher.LAUNCHER)
                .map(Long::parseLong)
                .ifPresent(pid -> ProcessHandle.of(pid)
                        .ifPresentOrElse(launcher -> launcher.onExit().thenRun(TrainRanks::halt), TrainRanks::halt));
    }

    private static void halt() {
        Runtime.getRuntime().halt(ExitCodes.FAILED);
    }
}
