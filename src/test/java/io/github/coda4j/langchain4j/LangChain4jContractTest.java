package io.github.coda4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * LangChain4j's published tests of what calls itself one of its chat models ({@link Contracts}), with an engine whose
 * network knows the answers that they ask for. They are run from within, since those of other kinds of models among
 * them would count as left out; which these are is compared with what is known.
 */
@Tag("slow")
@Timeout(120)
class LangChain4jContractTest {
    /** Words of the names of tests of what the model does not do; that it says so has tests of its own. */
    private static final List<String> NOT_DONE =
            List.of("_tool", "JSON", "JsonRawSchema", "image", "force_LLM", "respect_modelName", "cancel_streaming");

    /** What it does. */
    private static final Set<String> DONE = Set.of(
            "should_fail_if_maxOutputTokens_parameter_is_not_supported(Object)",
            "should_fail_if_stopSequences_parameter_is_not_supported(Object)");

    /** What came of a test, or why it was left out. */
    private record Ran(String name, TestExecutionResult result) {}

    @TestFactory
    Stream<DynamicTest> its_own_tests_of_chat_models_pass() {
        return Stream.of(
                        Contracts.Chat.class,
                        Contracts.Streaming.class,
                        Contracts.ChatListener.class,
                        Contracts.StreamingListener.class)
                .flatMap(LangChain4jContractTest::run);
    }

    private static Stream<DynamicTest> run(Class<?> contract) {
        List<Ran> ran = new ArrayList<>();
        TreeSet<String> leftOut = new TreeSet<>();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(contract))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionSkipped(TestIdentifier test, String reason) {
                leftOut.add(test.getLegacyReportingName());
            }

            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                    ran.add(new Ran(test.getUniqueIdObject().toString(), result));
                }
            }
        });
        String name = contract.getSimpleName();
        DynamicTest known = DynamicTest.dynamicTest(name + " leaves out what the model does not do", () -> {
            assertThat(leftOut)
                    .allMatch(test -> DONE.contains(test)
                            || !test.startsWith("should_fail")
                                    && NOT_DONE.stream().anyMatch(test::contains));
            assertThat(ran).as("tests that ran").hasSizeGreaterThanOrEqualTo(name.contains("Listener") ? 2 : 14);
        });
        return Stream.concat(
                Stream.of(known),
                ran.stream()
                        .map(one -> DynamicTest.dynamicTest(
                                name + " " + one.name.replaceFirst(".*?(?=\\[(method|test-template):)", ""), () -> {
                                    if (one.result.getThrowable().isPresent()) {
                                        throw one.result.getThrowable().get();
                                    }
                                    assertThat(one.result.getStatus()).isEqualTo(TestExecutionResult.Status.SUCCESSFUL);
                                })));
    }
}
