package io.github.coda4j.tensor.ranks;

import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.LocalRanks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

class RanksClosingTest extends ClosingContract {
    private final List<AutoCloseable> alsoOpen = new ArrayList<>();

    @AfterEach
    void closeOthers() throws Exception {
        for (AutoCloseable other : alsoOpen) {
            other.close();
        }
    }

    @Override
    public List<Case> cases() {
        return List.of(
                new Case("ProcessGroup", _ -> LocalRanks.join(alone())),
                new Case("MeetingPoint", _ -> meeting()),
                new Case("Heartbeat", _ -> {
                    MeetingPoint meeting = meeting();
                    alsoOpen.add(meeting);
                    return new Heartbeat(alone(), meeting.connectAgain(), Duration.ofSeconds(5), message -> {});
                }));
    }

    private static Rendezvous alone() {
        return Rendezvous.local(LocalRanks.freePort(), 0, 1);
    }

    private static MeetingPoint meeting() {
        return new MeetingPoint(alone(), Duration.ofSeconds(10));
    }
}
