package io.github.coda4j.serve.http;

import io.github.coda4j.serve.wire.Problem;
import io.github.coda4j.testkit.ClosingContract;
import java.util.List;

class HttpClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case("HttpFront", folder -> {
            HttpFront front = new HttpFront(
                    HttpOptions.local(0),
                    new RouteTable(List.of()),
                    (cause, call) -> Problem.internal(call.id(), cause),
                    Call::facts);
            front.listen();
            return front;
        }));
    }
}
