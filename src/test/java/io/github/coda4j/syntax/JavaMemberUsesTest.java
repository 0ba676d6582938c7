package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules of {@link JavaFaults} about members that nothing declares. */
class JavaMemberUsesTest {
    @Test
    void methods_that_are_called_alone_are_declared() {
        for (String text : List.of(
                "class A { int f() { return g(); } }",
                "class A { int f() { return 1 + g(f()); } }",
                "class A { class B extends C { } int f() { return g(); } }",
                "class A { int g; int f() { return g(); } }",
                "record A(int n) { int f() { return g() + n(); } }",
                "enum A { B; int f() { return g() + ordinal(); } }",
                "import static a.B.h; class A { int f() { return g(); } }")) {
            assertThat(JavaFaultsTest.all(text)).as(text).containsExactly(Kind.UNKNOWN_METHOD);
        }
        legal(
                "class A { int f() { return g(); } int g() { return 1; } }",
                "class A { int f() { return hashCode() + toString().length(); } }",
                "class A { class B { int f() { return g(); } } int g() { return 1; } }",
                "class A { class B extends C { int f() { return g(); } } }",
                "class A implements B { int f() { return g(); } }",
                "class A { void f() { new B() { int h() { return g(); } }; } }",
                "class A { int f(B b) { return b.g() + this.h() + C.i(); } }",
                "import static a.B.g; class A { int f() { return g(); } }",
                "import static a.B.*; class A { int f() { return g(); } }",
                "enum A { B; A f() { return valueOf(values()[0].name()); } }",
                "interface A { int g(); default int f() { return g(); } }",
                "@lombok.Data class A { int n; int f() { return getN(); } }",
                "int f() { return g(); } void main() { println(f()); }");
    }

    @Test
    void what_is_picked_from_a_type_of_the_text_is_there() {
        for (String text : List.of(
                "class A { int f() { return A.q; } }",
                "class A { int f() { return B.q; } static class B { } }",
                "enum A { B; A f() { return A.C; } }",
                "interface A { int N = 1; class B { int f() { return A.M; } } }",
                "class A { int f() { return A.q.r; } }")) {
            assertThat(JavaFaultsTest.all(text)).as(text).containsExactly(Kind.UNKNOWN_NAME);
        }
        legal(
                "class A { static int q; int f() { return A.q; } }",
                "class A { int f() { return A.B.q; } static class B { static int q; } }",
                "class A extends C { int f() { return A.q; } }",
                "class A implements C { int f() { return A.MAX; } }",
                "enum A { B; A f() { return A.B; } Class<A> g() { return A.class; } A h() { return A.this; } }",
                "class A { class B { } } class C { class B { int f() { return B.q; } } }",
                "class A { int f(C A) { return A.q; } }",
                "@lombok.Builder class A { int f() { return A.q; } }");
    }

    @Test
    void what_is_picked_from_types_of_the_platform_is_there() {
        assertThat(JavaFaultsTest.all("class A { int f() { return Integer.MAX; } }"))
                .containsExactly(Kind.UNKNOWN_NAME);
        assertThat(JavaFaultsTest.all("class A { int f() { return Math.maxOf(1, 2); } }"))
                .containsExactly(Kind.UNKNOWN_METHOD);
        legal(
                "class A { int f() { return Integer.MAX_VALUE + Math.max(1, 2); } }",
                "class A { B f() { return Character.UnicodeBlock.of('a').b(); } }",
                "class A { int f(B Integer) { return Integer.MAX + Integer.most(); } }",
                "import a.Integer; class A { int f() { return Integer.MAX; } }",
                "import static a.B.Integer; class A { int f() { return Integer.MAX + Integer.most(); } }",
                "class Math extends B { int f() { return Math.maxOf(1, 2); } }",
                "class A { Object f() { return System.out.made(String.class, Other.MAX); } }");
    }

    private static void legal(String... texts) {
        for (String text : texts) {
            assertThat(JavaFaultsTest.all(text)).as(text).isEmpty();
        }
    }
}
