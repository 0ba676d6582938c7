package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Values that are legal where they are, and rare. */
class JavaOddValuesTest {
    @Test
    void fields_are_set_to_something_with_the_parameter_of_their_name() {
        odd(
                "class A { B b, c; A(B b, B c) { this.b = §c§; } }",
                "class A { B b; void set(B b) { this.b = §new B()§; } }",
                "class A { B b; void set(B b) { this.b = §this.b§; } }",
                "class A { B b; void set(B b, B c) { this.b = §c.b()§; } }",
                "class A { B b; A(B... b) { this.b = §B.NONE§; } }");
        usual(
                "class A { B b, c; A(B b, B c) { this.b = §b§; } }",
                "class A { B b, c; A(B b, B c) { this.b = §c.with(b)§; } }",
                "class A { B b; A(B b) { this.b = §() -> { c(); b.d(); }§; } }",
                "class A { B b; A(B b) { this.b = §new B() { void c() { b.d(); } }§; } }",
                "class A { B b; void set(B c) { this.b = §c§; } }",
                "class A { B b; void set(B b) { this.c = §d§; } }",
                "class A { B b; void set(B b) { C c = new C() { void f() { this.b = §c§; } }; } }");
    }

    @Test
    void methods_give_something_with_the_field_that_they_are_named_after() {
        odd(
                "class A { B b, c; B b() { return §c§; } }",
                "class A { B b, c; B getB() { return §c§; } }",
                "class A { boolean open, c; boolean isOpen() { return §!c§; } }",
                "record A(B b, B c) { B getB() { return §c§; } }",
                "enum A { D; B b, c; B hasB() { return §c.d()§; } }");
        usual(
                "class A { B b, c; B b() { return §b§; } }",
                "class A { B b, c; B getB() { return §this.b.copy()§; } }",
                "class A { B b, c; B getB(C d) { return §c§; } }",
                "class A { B b, c; B getB() { c.d(); return §c§; } }",
                "class A { B b, c; B find() { return §c§; } }",
                "class A { B b, c; B get() { return §c§; } }",
                "class A { B c; class D { B b; } B b() { return §c§; } }");
    }

    @Test
    void where_a_parameter_of_the_type_stands_ready_null_is_odd() {
        odd(
                "class A { B f(B b, int n) { return §null§; } }",
                "class A { List<B> b; A(C c, List<B> d) { this.b = §null§; } }");
        usual(
                "class A { B f(C c) { return §null§; } }",
                "class A { B f(B b) { b.c(); return §null§; } }",
                "class A { B f(B b) { return §b§; } }",
                "class A extends B { { this.next = §null§; } }",
                "class A { B b = new B() {{ this.next = §null§; }}; }",
                "class A { List<B> b; A(List<C> d) { this.b = §null§; } }");
    }

    @Test
    void values_elsewhere_are_not_counted() {
        assertThat(faults("class A { B b, c; B b() { return c; } B c() { return §c§; } }"))
                .isEqualTo(Faults.NONE);
    }

    private static void odd(String... texts) {
        for (String text : texts) {
            assertThat(faults(text)).as(text).isEqualTo(new Faults(0, 0, 1));
        }
    }

    private static void usual(String... texts) {
        for (String text : texts) {
            assertThat(faults(text).odd()).as(text).isZero();
        }
    }

    private static Faults faults(String marked) {
        return JavaNamesTest.faults(marked);
    }
}
