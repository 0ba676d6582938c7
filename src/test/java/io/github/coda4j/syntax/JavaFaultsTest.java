package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a text is a method's body, {@code int}, it is that of one in a class with an {@code int} parameter n. */
class JavaFaultsTest {
    @Test
    void superclass_constructors_are_called_only_where_there_are_some() {
        assertThat(kinds("class A { A(int n) { super(n); } }")).containsExactly(Kind.SUPER_CALL);
        assertThat(kinds("enum A { B; A() { super(); } }")).containsExactly(Kind.SUPER_CALL);
        assertThat(kinds("record A(int n) { A() { super(); } }")).containsExactly(Kind.SUPER_CALL);
        legal(
                "class A { A(int n) { super(); } }",
                "class A extends B { A(int n) { super(n); } }",
                "class A<T> extends B<T> { A(int n) { super(n); } }",
                "class A { A(int n) { this(n, 1); } A(int n, int m) { } }");
    }

    @Test
    void blank_final_fields_are_assigned_by_all_constructors() {
        assertThat(kinds("class A { final int n, m; A(int n) { this.n = n; } }"))
                .containsExactly(Kind.UNASSIGNED_FINAL);
        assertThat(kinds("class A { private final int n; A(int n) { n = n; } }"))
                .as("a parameter is assigned")
                .containsExactly(Kind.UNASSIGNED_FINAL);
        assertThat(kinds("class A { final int n; A() { n = 1; } A(int m) { if (m > 0) { m = 1; } } }"))
                .containsExactly(Kind.UNASSIGNED_FINAL);
        assertThat(kinds("class A { final int n; A(int m) { m++; return; } }")).containsExactly(Kind.UNASSIGNED_FINAL);
        legal(
                "class A { final int n; A(int m) { n = m; return; } }",
                "class A { final int n; A(int m) { n = m; } A() { this(1); } }",
                "class A { final int n; { n = 1; } A() { } }",
                "class A { final int n; A(boolean b) { if (b) { this.n = 1; } else { this.n = 2; } } }",
                "class A { final int n; A() { throw new IllegalStateException(); } }",
                "class A { final int n = 1; static final int M; static { M = 1; } A() { } }",
                "class A { final int n; }",
                "class A { int n; A() { } }");
    }

    @Test
    void final_fields_are_assigned_once() {
        assertThat(kinds("class A { final int n; A(int n) { this.n = n; this.n = 2; } }"))
                .containsExactly(Kind.REASSIGNED_FINAL);
        assertThat(kinds("class A { final int n = 1; void f() { n = 2; } }")).containsExactly(Kind.REASSIGNED_FINAL);
        assertThat(kinds("class A { static final int n = 1; void f() { this.n++; } }"))
                .containsExactly(Kind.REASSIGNED_FINAL);
        assertThat(kinds("class A { final int n; A() { n = 1; } void f(int n) { this.n = n; } }"))
                .containsExactly(Kind.REASSIGNED_FINAL);
        legal(
                "class A { final int n; A(boolean b) { if (b) { n = 1; return; } n = 2; } }",
                "class A { final int n = 1; void f(int n) { n = 2; } }",
                "class A { final int n = 1; void f() { for (int n = 0; n < 3; n++) { } } }",
                "class A { final int n = 1; class B { int n; void f() { n = 2; this.n = 3; } } }",
                "class A { final int n = 1; void f(B b) { b.n = 2; } }",
                "class A { final int[] n = {1}; void f() { n[0] = 2; this.n[0]++; } }");
    }

    @Test
    void only_methods_with_a_result_return_one() {
        assertThat(kinds("class A { void f() { return 1; } }")).containsExactly(Kind.RETURN_VALUE);
        assertThat(kinds("class A { A() { return 1; } }")).containsExactly(Kind.RETURN_VALUE);
        assertThat(kinds("class A { static { if (true) { return 1; } } }")).containsExactly(Kind.RETURN_VALUE);
        assertThat(inBody("if (n > 1) { return; } return 1;")).containsExactly(Kind.RETURN_VALUE);
        legal(
                "class A { void f() { return; } A() { return; } }",
                "class A { void f(B b) { b.g(x -> { return x; }); } }",
                "class A { int f(B b) { b.g(() -> { return; }); return 1; } }",
                "class A { void f() { new B() { int g() { return 1; } }; } }",
                "class A { int f() { class B { void g() { return; } } return 1; } }");
    }

    @Test
    void methods_with_a_result_do_not_end_without_it() {
        for (String body : List.of(
                "",
                "n++;",
                "int m = 1;",
                "if (n > 1) { return 1; }",
                "if (n > 1) { return 1; } else { n = 2; }",
                "while (n > g()) { return 1; }",
                "for (int i = 0; i < g(); i++) { return 1; }",
                "for (int i : a()) { return i; }",
                "try { return 1; } catch (RuntimeException e) { e.printStackTrace(); }",
                "try { n = 1; } finally { n = 2; }",
                "synchronized (this) { n = 1; }",
                "switch (n) { case 1: return 1; }")) {
            assertThat(inBody(body)).as(body).containsExactly(Kind.MISSING_RETURN);
        }
        for (String body : List.of(
                "return 1;",
                "throw new IllegalStateException();",
                "while (true) { n++; }",
                "for (;;) { n++; }",
                "do { n++; } while (true);",
                "final boolean on = true; while (on) { n++; }",
                "if (n > 1) { return 1; } else { return 2; }",
                "try { n = 1; } finally { return 1; }",
                "try { return 1; } catch (RuntimeException e) { throw e; } finally { n = 2; }",
                "switch (n) { case 1: return 1; default: return 2; }",
                "switch (n) { case 1 -> { return 1; } default -> throw new IllegalStateException(); }",
                "synchronized (this) { return 1; }",
                "return 1; // that is it\n")) {
            assertThat(inBody(body)).as(body).isEmpty();
        }
        legal("abstract class A { abstract int f(); native int g(); void h() { } }", "interface A { int f(); }");
    }

    @Test
    void nothing_is_behind_a_jump() {
        assertThat(inBody("return 1; n++;")).contains(Kind.UNREACHABLE);
        assertThat(inBody("while (n > 1) { break; n++; } return 1;")).containsExactly(Kind.UNREACHABLE);
        assertThat(inBody("switch (n) { case 1: return 1; n++; default: return 2; }"))
                .containsExactly(Kind.UNREACHABLE);
        for (String body : List.of(
                "if (n > 1) { return 1; } /* or */ return 2;",
                "switch (n) { case 1: return 1; case 2: break; default: n++; } return 2;",
                "while (true) { if (n > 1) continue; return 1; }")) {
            assertThat(inBody(body)).as(body).isEmpty();
        }
    }

    @Test
    void members_differ() {
        assertThat(kinds("class A { int n; String n; }")).containsExactly(Kind.DUPLICATE_MEMBER);
        assertThat(kinds("class A { void f(int n) { } int f(final int m) { return m; } }"))
                .containsExactly(Kind.DUPLICATE_MEMBER);
        assertThat(kinds("class A { void f(@B List< C > n) { } void f(List<C> m) { } }"))
                .containsExactly(Kind.DUPLICATE_MEMBER);
        assertThat(kinds("class A { A() { } A() { } }")).containsExactly(Kind.DUPLICATE_MEMBER);
        legal(
                "class A { void f(int n) { } void f(long n) { } void f() { } void f(int[] n) { } }",
                "class A { void f(int n) { } void f(int n[]) { } int f; }",
                "class A { <T extends B> void f(T n) { } <T extends C> void f(T n) { } }",
                "class A { int n; class B { int n; void f() { } } void f() { } }");
    }

    @Test
    void locals_do_not_hide_each_other() {
        for (String body : List.of(
                "int n = 1; return n;",
                "int m = 1; for (int m = 0; m < 2; m++) { } return m;",
                "int m = 1; for (int m : a()) { } return m;",
                "try { n++; } catch (RuntimeException n) { } return 1;",
                "try (var n = a()) { } return 1;",
                "a(n -> 1); return 1;",
                "a((n, m) -> 1); return 1;",
                "a(x -> { int x = 1; }); return 1;",
                "switch (n) { case 1: int m = 1; break; default: int m = 2; } return 1;",
                "if (n > 1) { int m = 1; { int m = 2; } } return 1;")) {
            assertThat(inBody(body)).as(body).containsExactly(Kind.DUPLICATE_LOCAL);
        }
        for (String body : List.of(
                "{ int m = 1; } int m = 2; return m;",
                "for (int m = 0; m < 2; m++) { } for (int m : a()) { } return 1;",
                "for (int m : a(m -> 1)) { } return 1;",
                "try (var m = a()) { } catch (RuntimeException m) { } finally { int m = 1; } return 1;",
                "a(x -> 1, x -> 2, (_, _) -> 3); return 1;",
                "new B() { int n; void f(int n) { } }; return 1;",
                "class B { int n; void f() { int n = 1; } } return 1;",
                "switch (n) { case 1 -> { int m = 1; } default -> { int m = 2; } } return 1;",
                "if (!(a() instanceof String s)) { return 1; } if (a() instanceof Integer m) { } return s.length();",
                "if (a() instanceof String s) { } if (a() instanceof Integer s) { } return 1;")) {
            assertThat(inBody(body)).as(body).isEmpty();
        }
        legal("class A { B n = a(n -> 1), m = a(n -> 2); }", "class A { int n; void f(int n) { } { int n = 1; } }");
    }

    @Test
    void constructors_are_named_as_their_class() {
        assertThat(kinds("class A { B() { } }")).containsExactly(Kind.CONSTRUCTOR_NAME);
        assertThat(kinds("class A { void f() { new A() { A() { } }; } }")).containsExactly(Kind.CONSTRUCTOR_NAME);
        assertThat(kinds("record A(int n) { B { } }")).containsExactly(Kind.CONSTRUCTOR_NAME);
        legal("class A { A() { } class B { B() { } } }", "record A(int n) { A { } }", "enum A { B; A() { } }");
    }

    @Test
    void not_every_expression_is_a_statement() {
        for (String expression : List.of("n", "n + 1", "this.n", "n == 1", "\"a\"", "(n++)", "x -> x", "-n", "a::b")) {
            assertThat(inBody(expression + "; return 1;")).as(expression).contains(Kind.NO_STATEMENT);
        }
        for (String statement : List.of(
                "n++;", "--n;", "n += 1;", "a();", "new B();", "switch (n) { case 1 -> a(); default -> { } }", ";")) {
            assertThat(inBody(statement + " return 1;")).as(statement).isEmpty();
        }
        assertThat(inBody("return switch (n) { case 1 -> n + 1; default -> n; };"))
                .isEmpty();
    }

    @Test
    void jumps_are_out_of_something() {
        assertThat(inBody("if (n > 1) { break; } return 1;")).containsExactly(Kind.STRAY_JUMP);
        assertThat(inBody("switch (n) { default: continue; } return 1;")).containsExactly(Kind.STRAY_JUMP);
        assertThat(inBody("while (n > 1) { a(x -> { break; }); } return 1;")).containsExactly(Kind.STRAY_JUMP);
        for (String body : List.of(
                "while (n > 1) { if (n > 2) { break; } continue; } return 1;",
                "switch (n) { case 1: if (n > 2) { break; } default: n++; } return 1;",
                "a(x -> { for (;;) { switch (x) { default: continue; } } }); return 1;",
                "out: { break out; } return 1;")) {
            assertThat(inBody(body)).as(body).isEmpty();
        }
    }

    @Test
    void a_blank_field_is_not_set_to_itself() {
        for (String text : List.of(
                "class A { final int m; A(int n) { this.m = m; } }",
                "class A { final int m; A(int n) { m = n + m; } }",
                "class A { final int m; A(int m) { this.m = this.m; } }",
                "class A { final int m; A(int n) { this.m = a(m::b); } }")) {
            assertThat(kinds(text)).as(text).containsExactly(Kind.UNASSIGNED_FINAL);
        }
        legal(
                "class A { final int m; A(int m) { this.m = m; } }",
                "class A { int m; A(int n) { this.m = m; } }",
                "class A { final int m; A(B n) { this.m = n.m + n.m(); } }",
                "class A { final B m; A(int n) { this.m = () -> m; } }",
                "class A { final int m; A(B n) { m = switch (n) { case m -> 1; default -> 2; }; } }",
                "class A { final int m; A(B n) { m = switch (n) { case a: m: for (;;) { break m; } }; } }",
                "class A { final B m; A(int n) { this.m = new B() { int f() { return m; } }; } }");
    }

    @Test
    void patterns_that_the_grammar_does_not_know_are_read() {
        String text = "class A { int f(Object b) { if (b instanceof B.C(int n) && n > 1) { return n; }"
                + " return switch (b) { case D.E(String s, var t) -> s.length(); case D.F _, D.G _ -> 2;"
                + " case B.C(int n) when n > 1 -> n; default -> §; }; } }";
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow();
                SyntaxTree tree = parser.parse(text.replace("§", "3")).orElseThrow()) {
            assertThat(tree.errorFree()).isTrue();
            assertThat(tree.text()).isEqualTo(text.replace("§", "3"));
            assertThat(tree.javaFaults(9)).isEmpty();
        }
        String comment = "class A { int f(B b) { // in this case\n b.c(1); // in this case b.c(1)\n return 1; } }";
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow();
                SyntaxTree tree = parser.parse(comment).orElseThrow()) {
            assertThat(tree.errorFree()).isTrue();
            assertThat(tree.javaFaults(9)).isEmpty();
        }
    }

    @Test
    void faults_are_counted_up_to_a_limit_and_in_java_only() {
        String text = "class A { void f() { return 1; } int g() { return q; } }";
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow()) {
            try (SyntaxTree tree = parser.parse(text).orElseThrow()) {
                assertThat(tree.faults(9, List.of())).isEqualTo(new Faults(2, 0, 0));
                assertThat(tree.faults(1, List.of())).isEqualTo(new Faults(1, 0, 0));
                assertThat(tree.faults(0, List.of())).isEqualTo(Faults.NONE);
                assertThat(tree.javaFaults(1))
                        .containsExactly(new JavaFault(Kind.RETURN_VALUE, text.indexOf("return 1")));
                assertThatThrownBy(() -> tree.faults(-1, List.of()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("the most faults must not be negative, got -1");
            }
        }
        try (SourceParser parser = Grammar.PYTHON.open().orElseThrow();
                SyntaxTree tree = parser.parse("return q\n").orElseThrow()) {
            assertThat(tree.faults(9, List.of())).isEqualTo(Faults.NONE);
        }
    }

    @Test
    void texts_that_are_too_long_or_too_deep_have_no_faults() {
        String faulty = "class A { void f() { return 1; } }";
        legal(faulty + " ".repeat(JavaFaults.MAX_CHARS));
        legal(faulty.replace("1", "(".repeat(5_000) + "1" + ")".repeat(5_000)));
    }

    static void legal(String... texts) {
        for (String text : texts) {
            assertThat(kinds(text)).as(text).isEmpty();
        }
    }

    static List<Kind> inBody(String body) {
        return kinds("class A { int f(int n) { " + body + " } }");
    }

    /** Without calls of methods that nothing declares, of which the texts are full. */
    static List<Kind> kinds(String text) {
        return all(text).stream().filter(kind -> kind != Kind.UNKNOWN_METHOD).toList();
    }

    static List<Kind> all(String text) {
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow();
                SyntaxTree tree = parser.parse(text).orElseThrow()) {
            assertThat(tree.errorFree()).as(text).isTrue();
            return tree.javaFaults(100).stream().map(JavaFault::kind).toList();
        }
    }
}
