package io.github.coda4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void closing_frees_what_was_made_inside() {
        long before = Scope.liveCount();
        Tensor escaped;
        try (Scope _ = Scope.open()) {
            escaped = Tensor.of(new float[] {1, 2}, 2);
            assertThat(Scope.liveCount()).isEqualTo(before + 1);
        }
        assertThat(Scope.liveCount()).isEqualTo(before);
        assertThatThrownBy(escaped::toFloats)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("freed");
    }

    @Test
    void what_is_kept_belongs_to_the_enclosing_scope() {
        long before = Scope.liveCount();
        try (Scope _ = Scope.open()) {
            Tensor kept;
            try (Scope inner = Scope.open()) {
                Tensor sum = Tensor.of(new float[] {1, 2}, 2).add(Tensor.of(new float[] {3, 4}, 2));
                kept = inner.keep(sum);
            }
            assertThat(kept.toFloats()).containsExactly(4, 6);
            assertThat(Scope.liveCount()).isEqualTo(before + 1);
        }
        assertThat(Scope.liveCount()).isEqualTo(before);
    }

    @Test
    void what_is_detached_belongs_to_the_caller() {
        long before = Scope.liveCount();
        Tensor detached;
        try (Scope _ = Scope.open();
                Scope inner = Scope.open()) {
            detached = inner.detach(Tensor.of(new float[] {5}, 1));
        }
        assertThat(Scope.liveCount()).isEqualTo(before + 1);
        try (Scope _ = Scope.open()) {
            assertThat(detached.toFloats()).containsExactly(5);
        }
        detached.close();
        detached.close();
        assertThat(Scope.liveCount()).isEqualTo(before);
    }

    @Test
    void misuse_is_refused() throws InterruptedException {
        Scope scope = Scope.open();
        Throwable[] thrown = new Throwable[1];
        Thread other = new Thread(() -> {
            try {
                scope.close();
            } catch (IllegalStateException e) {
                thrown[0] = e;
            }
        });
        other.start();
        other.join();
        assertThat(thrown[0]).hasMessageContaining("thread");
        Scope inner = Scope.open();
        assertThatThrownBy(scope::close).hasMessageContaining("reverse order");
        inner.close();
        scope.close();
        assertThatThrownBy(scope::close).hasMessageContaining("closed");
        assertThatThrownBy(() -> Tensor.of(new float[] {1}, 1)).hasMessageContaining("none is open");
    }

    @Test
    void shapes_and_sizes_are_checked() {
        try (Scope _ = Scope.open()) {
            assertThatThrownBy(() -> Tensor.of(new float[3], 2, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 2] has 4 elements, got 3 values");
            Tensor x = Tensor.of(new float[6], 2, 3);
            assertThat(x.hasShape(Tensor.ANY, 3)).isTrue();
            assertThat(x.hasShape(3, Tensor.ANY)).isFalse();
            assertThatThrownBy(() -> x.transpose(0, 1).memory()).hasMessageContaining("contiguous");
        }
    }
}
