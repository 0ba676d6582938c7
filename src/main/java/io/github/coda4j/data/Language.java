package io.github.coda4j.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Languages by the extensions of their files. */
public enum Language {
    C(true, "c", "h"),
    CLOJURE(true, "clj", "cljc", "cljs"),
    CPP(true, "cc", "cpp", "cxx", "hh", "hpp", "hxx"),
    CSHARP(true, "cs"),
    DART(true, "dart"),
    ELIXIR(true, "ex", "exs"),
    ERLANG(true, "erl"),
    GO(true, "go"),
    GROOVY(true, "groovy", "gradle"),
    HASKELL(true, "hs"),
    JAVA(true, "java"),
    JAVASCRIPT(true, "js", "jsx", "mjs", "cjs"),
    JULIA(true, "jl"),
    KOTLIN(true, "kt", "kts"),
    LUA(true, "lua"),
    OCAML(true, "ml", "mli"),
    PERL(true, "pl", "pm"),
    PHP(true, "php"),
    PYTHON(true, "py", "pyi"),
    R(true, "r"),
    RUBY(true, "rb"),
    RUST(true, "rs"),
    SCALA(true, "scala"),
    SHELL(true, "sh", "bash"),
    SQL(true, "sql"),
    SWIFT(true, "swift"),
    TYPESCRIPT(true, "ts", "tsx"),
    MARKDOWN(false, "md", "markdown"),
    TEXT(false, "txt", "rst", "adoc"),
    HTML(false, "html", "htm"),
    CSS(false, "css", "scss"),
    JSON(false, "json"),
    XML(false, "xml"),
    YAML(false, "yaml", "yml");

    private static final Map<String, Language> BY_EXTENSION = new HashMap<>();

    static {
        for (Language language : values()) {
            language.extensions.forEach(extension -> BY_EXTENSION.put(extension, language));
        }
    }

    private final boolean code;
    private final List<String> extensions;

    Language(boolean code, String... extensions) {
        this.code = code;
        this.extensions = List.of(extensions);
    }

    /** Whether people write programs in it; false for prose, data and markup. */
    public boolean code() {
        return code;
    }

    /** As it is asked for on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The programming languages. */
    public static List<Language> allCode() {
        return Arrays.stream(values()).filter(Language::code).toList();
    }

    /** The language of a file by the extension of its name. */
    public static Optional<Language> of(String fileName) {
        int dot = fileName.lastIndexOf('.');
        boolean hasExtension = dot > fileName.lastIndexOf('/') + 1;
        return hasExtension
                ? Optional.ofNullable(
                        BY_EXTENSION.get(fileName.substring(dot + 1).toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }
}
