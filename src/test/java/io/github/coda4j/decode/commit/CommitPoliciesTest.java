package io.github.coda4j.decode.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.testkit.ExampleProject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitPoliciesTest {
    private static final String SERVICE = "META-INF/services/io.github.coda4j.decode.commit.CommitPolicyFactory";

    @TempDir
    private Path folder;

    @Test
    void every_policy_says_itself_what_it_is() {
        for (CommitPolicyFactory factory : CommitPolicies.BUILT_IN) {
            assertThat(factory.name()).matches("[a-z][a-z0-9]*(_[a-z]+)*");
            assertThat(factory.summary()).isNotBlank().doesNotEndWith(".");
            assertThat(factory.parameters().stream().map(PolicyParameter::name)).doesNotHaveDuplicates();
            assertThat(factory.parameters())
                    .allSatisfy(parameter ->
                            assertThat(parameter.doc()).isNotBlank().doesNotEndWith("."));
        }
        assertThat(CommitPolicies.names()).doesNotHaveDuplicates();
    }

    @Test
    void the_original_s_orders_follow_the_schedule_and_a_threshold_counts_steps_only_without_blocks() {
        for (CommitPolicy policy : List.of(new Origin(), new MaskGitPlus(0), new TopKMargin(0), new Entropy(0))) {
            assertThat(policy.followsSchedule()).isTrue();
            assertThat(policy.countsSteps(true)).isTrue();
            assertThat(policy.countsSteps(false)).isTrue();
        }
        CommitPolicy threshold = new ConfidenceThreshold(0.9);
        assertThat(threshold.followsSchedule()).isFalse();
        assertThat(threshold.countsSteps(true)).isFalse();
        assertThat(threshold.countsSteps(false)).isTrue();
    }

    @Test
    void confidence_is_what_the_policy_ranks_by() {
        Candidate candidate = Candidate.of(7, 8, 0.5f, 0.25f, -1.5f);
        assertThat(new Origin().confidence(candidate)).isEqualTo(0.5f);
        assertThat(new MaskGitPlus(0).confidence(candidate)).isEqualTo(0.5f);
        assertThat(new ConfidenceThreshold(0.9).confidence(candidate)).isEqualTo(0.5f);
        assertThat(new TopKMargin(0).confidence(candidate)).isEqualTo(0.25f);
        assertThat(new Entropy(0).confidence(candidate)).isEqualTo(-1.5f);
    }

    @Tag("slow")
    @Test
    void a_class_on_the_class_path_is_found_by_its_name_if_its_services_name_it() throws Exception {
        assertThat(CommitPolicies.find("com.example.OutsideIn")).isEmpty();
        assertThatThrownBy(() -> CommitPolicies.require("com.example.OutsideIn"))
                .hasMessage("alg 'com.example.OutsideIn' is not on the class path: it must be a CommitPolicyFactory"
                        + " that a file " + SERVICE + " there names");
        try (ExampleProject example = ExampleProject.compile(ExampleProject.EXTENDING, folder)) {
            CommitPolicyFactory factory = example.call(() -> CommitPolicies.require("com.example.OutsideIn"));
            assertThat(factory.name()).isEqualTo("com.example.OutsideIn");
            CommitPolicy policy = CommitPolicies.create(factory, Map.of("most", 3.0));
            assertThat(policy.name()).isEqualTo(factory.name());
            assertThat(policy.toString()).contains("most=3");
            assertThat(example.call(() -> CommitPolicies.find("com.example.Other")))
                    .isEmpty();
        }
        assertThat(CommitPolicies.find("com.example.OutsideIn")).isEmpty();
    }

    @Test
    void services_that_name_what_is_not_there_are_said_to() throws Exception {
        Path service = folder.resolve(SERVICE);
        Files.createDirectories(service.getParent());
        Files.writeString(service, "com.example.Missing\n");
        try (ExampleProject broken = ExampleProject.of(folder)) {
            assertThatThrownBy(() -> broken.call(() -> CommitPolicies.find("com.example.Missing")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("commit policies on the class path cannot be used: ")
                    .hasMessageContaining("com.example.Missing");
            assertThat(broken.call(() -> CommitPolicies.find("entropy"))).isPresent();
        }
    }

    @Test
    void the_documented_table_is_that_of_the_list() throws Exception {
        StringBuilder table = new StringBuilder("| `--alg` | commits | parameters |\n|---|---|---|\n");
        for (CommitPolicyFactory factory : CommitPolicies.BUILT_IN) {
            List<String> parameters = factory.parameters().stream()
                    .map(parameter -> "`" + parameter.name() + "`, " + parameter.range() + ", default "
                            + PolicyParameter.text(parameter.standard()))
                    .toList();
            table.append("| `")
                    .append(factory.name())
                    .append("` | ")
                    .append(factory.summary())
                    .append(" | ");
            table.append(parameters.isEmpty() ? "none" : String.join("; ", parameters))
                    .append(" |\n");
        }
        assertThat(Files.readString(ExampleProject.EXTENDING.resolve("README.md")))
                .contains(table);
    }
}
