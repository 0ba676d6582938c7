package io.github.coda4j.syntax;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which nodes of a grammar's trees are what.
 *
 * @param imports package and import lines
 * @param declarations classes and functions whose field {@code body} is theirs
 * @param wrappers what may stand around a declaration and begins with lines that belong to it, such as decorators
 * @param fillers what an unknown answer is taken for, the likeliest first
 */
record NodeKinds(Set<String> imports, Set<String> declarations, Set<String> wrappers, List<String> fillers) {
    /** Whose children are statements, members or whole declarations, in all grammars. */
    static final Set<String> BODIES = Set.of(
            "program",
            "module",
            "translation_unit",
            "source_file",
            "block",
            "class_body",
            "interface_body",
            "enum_body_declarations",
            "annotation_type_body",
            "constructor_body",
            "switch_block_statement_group",
            "statement_block",
            "switch_case",
            "switch_default",
            "compound_statement",
            "case_statement",
            "declaration_list",
            "field_declaration_list",
            "statement_list");

    /** What lines for the preprocessor may stand around. */
    static final Set<String> CONDITIONS = Set.of("preproc_ifdef", "preproc_if", "preproc_elif", "preproc_else");

    private static final List<String> IN_BRACES = List.of("", "x", "x;");
    private static final List<String> BY_INDENTATION = List.of("x", "");

    private static final Set<String> OF_JAVASCRIPT = Set.of(
            "class_declaration",
            "class",
            "function_declaration",
            "generator_function_declaration",
            "function_expression",
            "generator_function",
            "method_definition",
            "arrow_function");

    private static final Set<String> OF_C =
            Set.of("function_definition", "struct_specifier", "union_specifier", "enum_specifier");

    static NodeKinds of(Grammar grammar) {
        return switch (grammar) {
            case JAVA ->
                braces(
                        Set.of("package_declaration", "import_declaration"),
                        Set.of(
                                "class_declaration",
                                "interface_declaration",
                                "enum_declaration",
                                "record_declaration",
                                "annotation_type_declaration",
                                "method_declaration",
                                "constructor_declaration",
                                "compact_constructor_declaration"));
            case PYTHON ->
                new NodeKinds(
                        Set.of("import_statement", "import_from_statement", "future_import_statement"),
                        Set.of("class_definition", "function_definition"),
                        Set.of("decorated_definition"),
                        BY_INDENTATION);
            case JAVASCRIPT -> braces(Set.of("import_statement"), OF_JAVASCRIPT);
            case TYPESCRIPT, TSX ->
                braces(
                        Set.of("import_statement"),
                        both(
                                OF_JAVASCRIPT,
                                "abstract_class_declaration",
                                "interface_declaration",
                                "enum_declaration",
                                "internal_module",
                                "module"));
            case C -> braces(Set.of("preproc_include"), OF_C);
            case CPP ->
                braces(
                        Set.of("preproc_include", "using_declaration", "namespace_alias_definition"),
                        both(OF_C, "class_specifier", "namespace_definition"));
            case GO ->
                braces(
                        Set.of("package_clause", "import_declaration"),
                        Set.of("function_declaration", "method_declaration", "func_literal"));
            case RUST ->
                braces(
                        Set.of("use_declaration", "extern_crate_declaration"),
                        Set.of(
                                "function_item",
                                "impl_item",
                                "trait_item",
                                "mod_item",
                                "struct_item",
                                "enum_item",
                                "union_item"));
        };
    }

    private static NodeKinds braces(Set<String> imports, Set<String> declarations) {
        return new NodeKinds(imports, declarations, Set.of("template_declaration", "decorated_definition"), IN_BRACES);
    }

    private static Set<String> both(Set<String> some, String... others) {
        return Stream.concat(some.stream(), Stream.of(others)).collect(Collectors.toUnmodifiableSet());
    }
}
