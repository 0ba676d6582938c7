package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.syntax.JavaFault.Kind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules of {@link JavaFaults} about the types of values. In the texts of {@link #returned} a class C has all names. */
class JavaValuesTest {
    @Test
    void primitive_values_are_not_narrowed_nor_made_something_else() {
        odd(
                returned(
                        "int",
                        "1L",
                        "l",
                        "1.0",
                        "1f",
                        "d",
                        "b",
                        "true",
                        "1 == 2",
                        "-l",
                        "l++",
                        "i + l",
                        "i * 1.5",
                        "(long) i"),
                returned("long", "1.0", "f", "true", "i / f"),
                returned("float", "1.0", "0x1p3", "d", "\"a\" + c"),
                returned("boolean", "0", "i", "l", "1.0", "'c'", "i + 1", "i & 1", "~i", "null", "i = 1"),
                returned("char", "true", "1L", "\"c\""));
        fine(
                returned(
                        "int",
                        "1",
                        "'c'",
                        "c",
                        "i + c",
                        "i << l",
                        "(int) l",
                        "b ? 1 : 2",
                        "x.y()",
                        "i",
                        "bytes[0]",
                        "-c"),
                returned("long", "1", "l", "i", "0x1L", "i + l", "'c'", "0xFl"),
                returned("byte", "1", "'c'", "i"),
                returned("char", "1", "i", "'c' + 1"),
                returned("float", "1", "1f", "l", "0x1p3f", "l / 2"),
                returned("double", "1", "1f", "l", "1.0", "i * 1.5"),
                returned(
                        "boolean", "true", "i == 1", "!b", "b && b", "b & b", "i instanceof J", "i > 1 || b", "b ^ b"));
    }

    @Test
    void primitive_values_are_boxed_as_what_they_are() {
        odd(
                returned("String", "1", "b", "'c'", "1.0", "i + c", "bytes.length"),
                returned("Long", "1", "i", "1.0", "b ? 1 : 2"),
                returned("Integer", "1L", "true", "1.0"),
                returned("Boolean", "1"),
                returned("Double", "1", "1f"),
                returned("Database", "1", "b", "i + 1"),
                returned("List<Integer>", "1", "i++"));
        fine(
                returned("Object", "1", "b", "'c'", "i + l", "null"),
                returned("Number", "1", "1.0"),
                returned("Integer", "1", "i", "null"),
                returned("Short", "1"),
                returned("Character", "'c'", "1"),
                returned("Long", "1L", "l"),
                returned("Comparable<Integer>", "1"),
                returned("java.io.Serializable", "1", "b"),
                returned("java.lang.Long", "1L"),
                returned("T", "1", "b", "\"a\"", "this", "bytes"));
    }

    @Test
    void classes_are_not_primitive_but_for_boxes() {
        odd(
                returned(
                        "int",
                        "\"a\"",
                        "s",
                        "s + 1",
                        "database",
                        "(Database) x",
                        "new Database()",
                        "this",
                        "null",
                        "list"),
                returned("int", "(Long) x", "(Object) x", "(Boolean) x", "C.class", "map", "new java.util.Random()"),
                returned("boolean", "s", "this", "(Integer) x", "null"));
        fine(
                returned("int", "(Integer) x", "(Character) x", "(java.lang.Integer) x", "t", "((Integer) x)"),
                returned("long", "(Integer) x", "(Long) x", "(Short) x"),
                returned("double", "(Float) x", "(Long) x"),
                returned("boolean", "(Boolean) x", "t"));
    }

    @Test
    void final_classes_are_what_they_are() {
        odd(
                returned(
                        "String", "this", "database", "(Object) x", "list", "(Integer) x", "map", "new C()", "C.class"),
                returned("Integer", "s", "(Long) x", "\"a\" + 1", "database"),
                returned("Database", "s", "\"\"\"\n a\"\"\"", "(Integer) x"),
                returned("List<String>", "s"));
        fine(
                returned("String", "s", "null", "1 + s", "\"\" + b", "b ? s : \"a\"", "(String) x", "t", "x.s()"),
                returned("CharSequence", "s"),
                returned("Comparable<String>", "s"),
                returned("Object", "s", "this", "(Integer) x"),
                returned("java.lang.String", "s"),
                returned("Number", "(Integer) x"));
    }

    @Test
    void classes_without_supertypes_are_nothing_else() {
        odd(
                returned("Database", "this", "new C()", "(C) x", "new C() { }"),
                returned("Runnable", "this"),
                List.of(
                        "enum A { B; Runnable f() { return this; } }",
                        "record A(int n) { Comparable<A> f() { return this; } }",
                        "interface A { default Runnable f() { return this; } }",
                        "class A { class B { } D f(B b) { return b; } }",
                        "class A<T> { Runnable f(A<T> a) { return a; } }"));
        fine(
                returned("C", "this", "new C()", "null", "database"),
                returned("a.C", "this"),
                List.of(
                        "class A extends B { Runnable f() { return this; } }",
                        "class A implements Runnable { Runnable f() { return this; } public void run() { } }",
                        "enum A { B; Comparable<A> f() { return this; } Enum<A> g() { return B; } }",
                        "record A(int n) { Record f() { return this; } }",
                        "interface A extends B { default B f() { return this; } }",
                        "class A { Runnable f() { return new Runnable() { public void run() { g(this); } }; } }",
                        "class A { Runnable f() { return new B() { Runnable g() { return this; } }; } }",
                        "import a.D; class A { class D { } } class B { Runnable f(D d) { return d; } }",
                        "class A { class D { } class B { class D implements E { } E f(D d) { return d; } } }",
                        "class A { class D { } Runnable f(B b) { return b.new D(); } }",
                        "class A { class D { } Runnable f(Object x) { return (D & Runnable) x; } }",
                        "class A { static class D { } } class B { Runnable f(D d) { return d; } }",
                        "class A { static class D { } } class B { class D implements E { } E f(D d) { return d; } }"));
    }

    @Test
    void types_of_the_platform_are_what_they_are() {
        odd(List.of(
                "import java.util.Optional; class A { Optional<B> f(B b) { return b; } }",
                "import java.util.Optional; class A { B f(Optional<B> b) { return b; } }",
                "import java.util.List; class A { B m; A(List<C> m) { this.m = m; } }",
                "import java.util.ArrayList; import java.util.Map; class A { Map f(ArrayList b) { return b; } }",
                "import java.util.UUID; class A { int f(UUID b) { return b; } }",
                "class A { long n; interface B { } class C implements B { int f() { return n; } } }",
                "interface A { long n = 1; } class B { int n; class C implements A { int f() { return n; } } }",
                "interface A { A NONE = new B(); record B() implements A { String f() { return NONE; } } }"));
        fine(List.of(
                "import java.util.ArrayList; class A { Iterable<B> f(ArrayList<B> b) { return b; } }",
                "import java.util.ArrayList; class A { Object f(ArrayList<B> b) { return b; } }",
                "import java.util.List; class A { List<B> f(B b) { return b; } }",
                "import java.util.List; class A { <T> T f(List<B> b) { return b; } }",
                "import a.Optional; class A { Optional<B> f(B b) { return b; } }",
                "import java.util.*; class A { Optional<B> f(B b) { return b; } }",
                "import java.util.Map.Entry; class A { B f(Entry b) { return b; } }",
                "import java.util.None; class A { B f(None b) { return b; } }"));
    }

    @Test
    void arrays_are_arrays_of_the_same() {
        odd(
                returned("int", "bytes", "new int[2]", "names"),
                returned("int[]", "1", "s", "bytes", "new long[1]", "new int[1][]", "list", "names"),
                returned("byte[]", "bytes[0]", "s"),
                returned("String", "names", "bytes[0]", "names.length"),
                returned("String[]", "s", "bytes", "new Integer[1]", "new String[1][1]"),
                returned("Object[]", "bytes"),
                returned("Object[][]", "bytes", "names"),
                returned("List<String>", "names"),
                List.of(
                        "class A { int f()[] { return 1; } }",
                        "class A { int m[] = 1; int k = 2; }",
                        "class A { int m[] = {2}, n = {1}; }",
                        "class A { int f(int... n) { return n; } int g(int n[]) { return n; } }"));
        fine(
                returned("byte[]", "bytes", "new byte[] {1}", "null", "(byte[]) x"),
                returned("Object", "bytes", "names"),
                returned("Cloneable", "bytes"),
                returned("Object[]", "names", "new byte[1][]", "new String[1][1]"),
                returned("CharSequence[]", "names"),
                returned("T[]", "names", "bytes"),
                returned("int", "bytes.length", "bytes[0]", "names.length", "x.length"),
                returned("String", "names[0]", "names[0] + 1"),
                List.of(
                        "class A { int f()[] { return new int[1]; } }",
                        "class A { int m[] = {1}, n = 1; int[][] k = {{1}, m}; int[] l[] = {m}, j = m; }",
                        "class A { int[] f(int... n) { return n; } int[] g(int n[]) { return n; } }"));
    }

    @Test
    void fields_and_locals_take_values_of_their_type() {
        odd(List.of(
                "class A { int n = \"a\"; String s = 1; final long l = 1.0; }",
                "class A { void f() { int n = true; String s = n, t = \"\"; for (int i = 1L; ; ) { } } }",
                "class A { int n; A(String n) { this.n = n; } }",
                "class A { String n; void f(int m) { n = m; } }",
                "class A { void f() { boolean b; b = 1; } }",
                "class A { boolean f(int m) { return m; } int m() { return b; } boolean b; }",
                "interface A { int N = \"a\"; }",
                "class A { void g() { } int f() { int n = g(); return n; } }",
                "class A { int n; boolean f() { return n; } } class B { boolean n; }",
                "class A { int n = 1; class B { boolean f() { return n; } } }",
                "record A(int n) { boolean f() { return n; } }",
                "class A { int n; boolean g(B b) { return b instanceof C n; } boolean f() { return n; } }",
                "class A { int f() { for (String s : g()) { return s; } return 1; } }",
                "class A { int f() { try (B b = g()) { return b; } catch (C c) { return 2; } } }",
                "class A { int f() { try { return 1; } catch (C c) { return c; } } }"));
        fine(List.of(
                "class A { int n = 1; A(int n) { this.n = n; } void f(long n) { n = 1L; } }",
                "class A { String n; int f(int n) { return n; } }",
                "class A { String n; void g(int n) { } A(int n) { } String f() { return n; } }",
                "class A { String n; String f() { { int n = 1; } for (int n = 2; ; ) { break; } return n; } }",
                "class A { String n; void f() { for (int n : g(n = \"a\")) { } } }",
                "class A { B b = n -> { int m = 1; }; String m; String f() { return m; } }",
                "class A { int n; String f(B b) { return b instanceof String n ? n : null; } }",
                "class A { int n; String f(B b) { switch (b) { case C(String n): return n; default: return null; } } }",
                "class A { int n; String f() { return g(n -> n); } B h() { return (n) -> { return \"\" + n; }; } }",
                "class A { int n; int f() { try (B n = g()) { } catch (C c) { return n; } return 1; } }",
                "class A { int n; class B extends C { String f() { return n; } } }",
                "class A { int n; class B implements C { String f() { return n; } } }",
                "class A { int n; B f() { return new B() { String g() { return n; } }; } }",
                "class A { int n; String f() { var n = \"a\"; return n; } }",
                "class A { byte b; void f() { b += 1L; b = (byte) 1L; String s = \"\"; s += 1; } }",
                "class A { int f(B b) { b.n = \"a\"; b.c[0] = true; var v = 1; v = 2; return 1; } }",
                "@A(n = 1, m = \"a\") class A { @B(1) String s; }",
                "class A { int q; B f(C c) { return switch (c) { case D -> q -> !q; default -> null; }; } }",
                "class A { int f() { val v = 1; val w = \"\"; return w; } }",
                "class A { int n; void f(B b) { if (!(b instanceof C n)) { return; } record D() { } boolean c = n; } }",
                "class A { String f() { for (var s : g()) { return s; } return null; } int s; }",
                "class A { E f() { try { return null; } catch (B | C e) { return e; } } String e; }",
                "class A { String s; int f() { try (var s = g()) { return s; } } }"));
    }

    @Test
    void methods_without_a_result_give_no_value() {
        odd(List.of(
                "class A { void g() { } int f() { return g(); } }",
                "class A { void g() { } Object f() { return g(); } }",
                "class A { void g() { } void f() { if (g()) { } } }"));
        fine(List.of("class A { void g() { } B f() { return () -> g(); } void h(B b) { b.c(() -> { return; }); } }"));
    }

    @Test
    void calls_of_own_methods_have_their_results() {
        odd(List.of(
                "class A { String g() { return null; } int f() { return g(); } }",
                "class A { String g() { return null; } String g(int n) { return null; } int f() { return g(1); } }",
                "class A { int g() { return 1; } class B { String f() { return g(); } } }",
                "interface A { int g(); default String f() { return g(); } }"));
        fine(List.of(
                "class A { String g() { return null; } int g(int n) { return n; } int f() { return g(1); } }",
                "class A extends B { String g() { return null; } int f() { return g(1); } }",
                "class A { String g() { return null; } class B extends C { int f() { return g(); } } }",
                "class A { String g() { return null; } int f(B b) { return b.g() + this.g(); } }",
                "class A { void toString(B b) { } String f() { return toString(); } }",
                "class A { String n() { return null; } record B(int n) { int f() { return n(); } } }",
                "class A { String ordinal() { return null; } enum B { C; int f() { return ordinal(); } } }",
                "class A { <T> T g() { return null; } int f() { return g(); } }",
                "class A { String g() { return null; } B f() { return new B() { int h() { return g(); } }; } }"));
    }

    @Test
    void conditions_are_true_or_false() {
        for (String condition : List.of("n", "1", "n + 1", "\"a\"", "null", "this", "n = 1", "l", "(n)", "new B()")) {
            for (String statement : List.of(
                    "if (?) { }",
                    "while (?) { }",
                    "do { } while (?);",
                    "for (; ?; ) { }",
                    "n = ? ? 1 : 2;",
                    "g(!(?));",
                    "g((?) && m());",
                    "g(m() || (?));")) {
                String text = "class A { void f(int n, long l) { " + statement.replaceFirst("\\?", condition) + " } }";
                assertThat(JavaFaultsTest.kinds(text)).as(text).containsExactly(Kind.INCOMPATIBLE_TYPE);
            }
        }
        fine(List.of(
                "class A { void f(boolean b, Boolean c, B d) { if (b && c || !d.e() && (b = true)) { } } }",
                "class A { <T> void f(T t) { while (t) { } for (;;) { } } }",
                "class A { void f(int n, java.lang.Boolean b) { g(~n, -n, b ? 1 : 2, n & 1, n | 2); } }"));
    }

    @Test
    void only_the_return_statements_of_the_method_itself_count() {
        odd(List.of(
                "class A { int f(B b) { b.g(x -> { return \"a\"; }); return \"a\"; } }",
                "class A { int f() { class B { String g() { return 1; } } return 1; } }"));
        fine(List.of(
                "class A { int f(B b) { b.g(x -> { return \"a\"; }); b.g(() -> true); return 1; } }",
                "class A { int f() { class B { String g() { return \"\"; } } return 1; } }",
                "class A { int f(int n) { return switch (n) { case 1 -> { yield 1; } default -> 2; }; } }"));
    }

    @Test
    void names_that_are_not_those_of_java_lang_are_left_alone() {
        fine(List.of(
                "import a.String; class A { String f() { return this; } }",
                "class A { int f(Integer n) { return n; } } class Integer { }",
                "class A { class String extends B { } B f(String s) { return s; } }",
                "class A<String> { String f() { return 1; } }",
                "class A { a.String f() { return 1; } b.@C String g() { return true; } }",
                "class A { Long f() { return new Long(); } } class Long { }"));
    }

    @SafeVarargs
    private static void fine(List<String>... texts) {
        for (List<String> some : texts) {
            for (String text : some) {
                assertThat(JavaFaultsTest.kinds(text)).as(text).doesNotContain(Kind.INCOMPATIBLE_TYPE);
            }
        }
    }

    @SafeVarargs
    private static void odd(List<String>... texts) {
        for (List<String> some : texts) {
            for (String text : some) {
                assertThat(JavaFaultsTest.kinds(text)).as(text).contains(Kind.INCOMPATIBLE_TYPE);
            }
        }
    }

    private static List<String> returned(String type, String... values) {
        return Arrays.stream(values).map(value -> """
                        class C {
                            boolean b; char c; int i; long l; float f; double d; String s; byte[] bytes; String[] names;
                            Database database; List<String> list; Map.Entry<String, T> map;
                            <T> %s f(Object x, T t) { return %s; }
                        }""".formatted(type, value)).toList();
    }
}
