package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page's own tests of its logic, run by Node in a copy of its sources. */
@Tag("process")
@Timeout(300)
class PageLogicTest {
    @Test
    void the_page_s_own_tests_pass() throws Exception {
        Path page = ForeignClient.npm("page", Path.of("page"));
        assertThat(ForeignClient.run(List.of("npm", "test"), page)).isEmpty();
    }
}
