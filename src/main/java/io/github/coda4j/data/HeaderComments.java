package io.github.coda4j.data;

import java.util.List;
import java.util.Map;

/** The comments at the head of a source file, before its first line of code. */
final class HeaderComments {
    private static final Syntax C = new Syntax(List.of("//"), Map.of("/*", "*/"));
    private static final Syntax HASH = new Syntax(List.of("#"), Map.of());
    private static final Syntax SQL = new Syntax(List.of("--"), Map.of("/*", "*/"));
    private static final Syntax LUA = new Syntax(List.of("--"), Map.of("--[[", "]]"));
    private static final Syntax HASKELL = new Syntax(List.of("--"), Map.of("{-", "-}"));
    private static final Syntax LISP = new Syntax(List.of(";"), Map.of());
    private static final Syntax ERLANG = new Syntax(List.of("%"), Map.of());
    private static final Syntax OCAML = new Syntax(List.of(), Map.of("(*", "*)"));
    private static final Syntax JULIA = new Syntax(List.of("#"), Map.of("#=", "=#"));
    private static final Syntax RUBY = new Syntax(List.of("#"), Map.of("=begin", "=end"));
    private static final Syntax PHP = new Syntax(List.of("//", "#", "<?php"), Map.of("/*", "*/"));

    private HeaderComments() {}

    /**
     * How comments are written.
     *
     * @param lines what begins one that ends with its line
     * @param blocks what begins one and what ends it
     */
    private record Syntax(List<String> lines, Map<String, String> blocks) {}

    private static Syntax syntax(Language language) {
        return switch (language) {
            case ELIXIR, PERL, PYTHON, R, SHELL -> HASH;
            case CLOJURE -> LISP;
            case ERLANG -> ERLANG;
            case HASKELL -> HASKELL;
            case JULIA -> JULIA;
            case LUA -> LUA;
            case OCAML -> OCAML;
            case PHP -> PHP;
            case RUBY -> RUBY;
            case SQL -> SQL;
            default -> C;
        };
    }

    /** The comments, with the blank lines between them; a first line {@code #!} counts as one. */
    static String of(Language language, String text) {
        Syntax syntax = syntax(language);
        int at = text.startsWith("#!") ? lineEnd(text, 0) : 0;
        while (true) {
            at = behindBlanks(text, at);
            int start = at;
            int end = behindBlock(syntax, text, start);
            if (end == start && syntax.lines.stream().anyMatch(mark -> text.startsWith(mark, start))) {
                end = lineEnd(text, start);
            }
            if (end == start) {
                return text.substring(0, start);
            }
            at = end;
        }
    }

    private static int behindBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int behindBlock(Syntax syntax, String text, int at) {
        for (Map.Entry<String, String> block : syntax.blocks.entrySet()) {
            if (text.startsWith(block.getKey(), at)) {
                int end = text.indexOf(block.getValue(), at + block.getKey().length());
                return end < 0 ? text.length() : end + block.getValue().length();
            }
        }
        return at;
    }

    private static int lineEnd(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return end;
    }
}
