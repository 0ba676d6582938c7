package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules of {@link JavaFaults} about names, and names that are doubtful only. */
class JavaNamesTest {
    @Test
    void names_are_those_of_something() {
        for (String expression : List.of(
                "q",
                "q + 1",
                "-q",
                "q.r()",
                "q.r",
                "a(q)",
                "q[n]",
                "b() ? q : 1",
                "(int) q",
                "a(x -> q)",
                "q = 1",
                "a(q::r)",
                "this.q",
                "this.q.r()",
                "MAX_SIZE",
                "N",
                "Count",
                "a(Count)")) {
            assertThat(JavaFaultsTest.inBody("return " + expression + ";"))
                    .as(expression)
                    .containsExactly(Kind.UNKNOWN_NAME);
        }
        for (String expression : List.of(
                "n",
                "java.util.List.of()",
                "com.acme.B.c",
                "q.MAX",
                "q.r.s()",
                "q()",
                "this.q()",
                "MAX.a",
                "a(MAX::b)")) {
            assertThat(JavaFaultsTest.inBody("return " + expression + ";"))
                    .as(expression)
                    .isEmpty();
        }
        JavaFaultsTest.legal(
                "import static a.B.*; class A { int f() { return q + MAX; } }",
                "import static a.B.q; class A { int f() { return q; } }",
                "class A extends B { int f() { return q + this.q + MAX; } }",
                "class A extends B { class C { int f() { return q + MAX; } } }",
                "class A { void f() { new B() { int g() { return q + MAX + this.q; } }; } }",
                "class A implements B { int f() { return MAX; } }",
                "class A implements B { void f() { log.info(1); a_h.g(); } }",
                "interface A extends B { int N = q; }",
                "class A implements BConstants { int f() { return q; } }",
                "class A { @B(value = q, r = MAX) int f; }",
                "class A { static int N, Count; int f() { return N + Count; } }",
                "import a.Count; class A { int f() { return Count.n + Count.f(); } Count g; }",
                "class A { void f(B b) { switch (b) { case MAX: break; case q: break; } } }",
                "class A { void f(Object b) { if (b instanceof B(int q) && q > 1) { } } }",
                "class A { int f(B b) { q: for (;;) { break q; } } }",
                "record A(int q) { int f() { return q + this.q; } }",
                "enum A { MAX; A f() { return MAX; } }",
                "@lombok.Slf4j class A { void f() { log.info(this.log); } }");
    }

    @Test
    void names_of_types_are_no_values() {
        for (String text : List.of(
                "import a.Count; class A extends B { Object f() { return Count; } }",
                "class A extends B { Object f() { return String; } }",
                "class A extends B { Object f(Count c) { return Count; } }",
                "class A implements B { Object f() { return A; } class Item { } Object g() { return Item; } }")) {
            assertThat(JavaFaultsTest.kinds(text)).as(text).contains(Kind.UNKNOWN_NAME);
        }
        JavaFaultsTest.legal(
                "import java.util.UUID; class A implements B { Object f() { return UUID; } }",
                "class A extends B { int f() { return Other; } }",
                "class A { int String; int f() { return String; } }");
    }

    @Test
    void names_are_visible_from_their_declaration_to_the_end_of_its_block() {
        for (String body : List.of(
                "int m = q; int q = 1; return m;",
                "{ int q = 1; } return q;",
                "for (int q = 0; q < 1; q++) { } return q;",
                "for (int q : a(n)) { } return q;",
                "for (int q : a(q)) { } return 1;",
                "a(q -> q + 1); return q;",
                "try (B q = b()) { } finally { q.c(); } return 1;",
                "try { n++; } catch (C q) { } return q.c();",
                "switch (n) { case 1: int q = 1; } return q;",
                "return with;",
                "n = record; return n;")) {
            assertThat(JavaFaultsTest.inBody(body)).as(body).containsExactly(Kind.UNKNOWN_NAME);
        }
        for (String body : List.of(
                "int q = 1; { return q; }",
                "int q = (q = 1) + q; return q;",
                "for (int q = 0; q < 1; q++) { n += q; } return n;",
                "for (int q : a(n)) { n += q; } return n;",
                "a((q, r) -> { int s = q; return s + r; }); return 1;",
                "try (B q = b(); C r = q.c()) { r.d(q); } return 1;",
                "try { n++; } catch (C q) { q.c(); } return 1;",
                "switch (n) { case 1: int q = 1; break; default: q = 2; n = q; } return n;",
                "if (!(a(n) instanceof B q)) { return 1; } return q.c();",
                "return switch (a(n)) { case B -> (C<D>) q -> q.e() + 1; };",
                "int with = 1; return with;")) {
            assertThat(JavaFaultsTest.inBody(body)).as(body).isEmpty();
        }
    }

    @Test
    void interfaces_of_the_text_declare_nothing_else() {
        for (String text : List.of(
                "interface A { int N = 1; record B() implements A { int f() { return MAX; } } }",
                "interface A<T> extends C { } interface C { int N = 1; } class B implements A<D> { int m = MAX; }")) {
            assertThat(JavaFaultsTest.kinds(text)).as(text).containsExactly(Kind.UNKNOWN_NAME);
        }
        JavaFaultsTest.legal(
                "interface A { int N = 1; record B() implements A { int f() { return N; } } }",
                "interface A extends C { record B() implements A { int f() { return MAX; } } }",
                "interface A { class A2 { interface A { } } class B implements A { int f() { return MAX; } } }",
                "interface A extends C { } class B implements A { int f() { return MAX; } }",
                "interface A { } class B extends C implements A { int f() { return MAX; } }",
                "interface A { } class B implements a.A { int f() { return MAX; } }",
                "class C { interface A { } } class B implements A { int f() { return MAX; } }",
                "interface A { int foo = 1; } class B implements A { int f() { return this.foo; } }");
        StringBuilder chain = new StringBuilder("interface I0 { } ");
        for (int i = 1; i < 5_000; i++) {
            chain.append("interface I")
                    .append(i)
                    .append(" extends I")
                    .append(i - 1)
                    .append(" { } ");
        }
        assertThat(JavaFaultsTest.kinds(chain + "class A implements I4999 { int f() { return MAX; } }"))
                .containsExactly(Kind.UNKNOWN_NAME);
    }

    @Test
    void names_are_declared_where_they_stand() {
        for (String text : List.of(
                "class A { int f() { return q; } void g(int q) { } }",
                "class A { int f() { return q; } int g() { int q = 1; return q; } }",
                "class A { int m = q; void g(int q) { } }",
                "class A { A(int q) { } int f() { return q; } }",
                "class A { { int q = 1; } static { q++; } }",
                "class A { B m = q -> 1; int f() { return q; } }",
                "class A { int f() { return q; } class B { int q; } }",
                "class A { int f() { new B() { int q; }; return q; } }",
                "class A { int f() { return MAX; } static class B { static final int MAX = 1; } }",
                "class A { int f() { return q; } } class B { int q; }",
                "enum A { B { int q; }, C { int f() { return q; } } }",
                "class A { int f(B b) { return q; } int g(B b) { return b instanceof C q ? q.m() : 1; } }",
                "record A(int n) { static int f() { return q; } record B(int q) { } }",
                "int f() { return q; } int g(int q) { return q; }")) {
            assertThat(JavaFaultsTest.kinds(text)).as(text).containsExactly(Kind.UNKNOWN_NAME);
        }
        JavaFaultsTest.legal(
                "class A { int f() { return q + MAX; } int q; static final int MAX = 1; }",
                "class A { int f(int q) { return new Object() { int g() { return q; } }.g(); } }",
                "class A { int f() { int q = 1; class B { int g() { return q; } } return q; } }",
                "class A { int q; class B { class C { int f() { return q; } } } }",
                "class A { int f(B b) { if (!(b instanceof C q)) { return 1; } return q.m(); } }",
                "class A { void f() { try (B q = g()) { q.h(); } catch (C r) { r.g(); } } B g() { return null; } }",
                "class A { void f(B b) { b.g(q -> q + 1, (q, r) -> q + r, (int s) -> s); } }",
                "enum A { B(1) { int f() { return q; } }; int q; A(int n) { q = n; } int f() { return 1; } }",
                "record A(int q, int... r) { A { if (q > r.length) { q = 1; } } }",
                "record A(int q) { int f() { class B { int g() { return q; } } return q; } }",
                "interface A { int q = 1; } class B implements A { int f() { return q + A.q; } }",
                "interface A { int q = 1; default int f() { return q; } }",
                "@interface A { int q = 1; } class B { int f() { return A.q; } }",
                "class A { class B extends C { int f() { return q; } } } class C { int q; }",
                "class A { B f(C c) { return switch (c) { case D, E -> q -> q > 1; case F -> (r) -> r; }; } }",
                "int q = 1; int f() { return q; } class A { int g() { return q; } }");
    }

    @Test
    void names_that_may_be_inherited_are_doubtful() {
        for (String text : List.of(
                "class A extends B { int f() { return §q§; } }",
                "class A extends B { int f() { return §this.q§; } void g(int q) { } }",
                "class A extends B { class C { int f() { return §q.r()§; } } }",
                "class A { B f() { return new B() { int g() { return §q§; } }; } }",
                "class A implements BConstants { int f() { return §q + n§; } int n; }",
                "class A extends B { int f() { return §q§; } int g(int q) { return q; } }",
                "class A extends B { A(int q) { §this.q§ = q; } }",
                "class A extends B { int f() { return §q§ + r; } }",
                "class A extends B { int f() { return §MAX§; } }",
                "class A implements B { int f() { return §MAX§; } }",
                "import static a.B.q; class A { int f() { return §q§ + q(); } }")) {
            assertThat(faults(text)).as(text).isEqualTo(new Faults(0, 1, 0));
        }
        assertThat(faults("class A extends B { int f() { return §q + r * q§; } }"))
                .isEqualTo(new Faults(0, 3, 0));
        for (String text : List.of(
                "class A extends B { int f() { return q + §1§; } }",
                "class A extends B { int f() { return §q§; } int g() { return q; } }",
                "class A extends B { int f() { return §q§; } int g() { return this.q; } }",
                "class A extends B { int f(int q) { return §q + n + this.n + C.q§; } int n; }",
                "class A extends B { int f() { return §q§; } } class B { int q; }",
                "import static a.B.*; class A extends B { int f() { return §q + this.q§; } }",
                "import static a.B.q; class A extends B { int f() { return §q§; } }",
                "import static a.B.q; class A { int f() { return §q§ + q() - q; } }",
                "class A extends B { void f() { §log.info(this.logger)§; } }",
                "class A extends B { void f() { §q_r.g(java.util.List.of())§; } }",
                "class A extends B { int f() { return §q()§; } }")) {
            assertThat(faults(text)).as(text).isEqualTo(Faults.NONE);
        }
        assertThat(faults("class A { int f() { return §q§; } }"))
                .as("what is sure is not doubtful")
                .isEqualTo(new Faults(1, 0, 0));
        assertThat(faults("class A extends B { int f() { return §q§; } class C { D g() { return §r§; } } }"))
                .isEqualTo(new Faults(0, 2, 0));
    }

    /** Counts faults, and doubts and odd values between pairs of {@code §}. */
    static Faults faults(String marked) {
        String[] parts = marked.split("§");
        List<TextRange> within = new ArrayList<>();
        int start = 0;
        for (int part = 0; part < parts.length; part++) {
            int end = start + parts[part].length();
            if (part % 2 == 1) {
                within.add(new TextRange(start, end));
            }
            start = end;
        }
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow();
                SyntaxTree tree = parser.parse(String.join("", parts)).orElseThrow()) {
            assertThat(tree.errorFree()).as(marked).isTrue();
            return tree.faults(100, within);
        }
    }
}
