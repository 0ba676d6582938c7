import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints classes that hold data, as JSON lines with a "path" and a "text": fields, a constructor, accessors, and what
 * such classes do with lists, maps, counters and flags, in Java and, every tenth, in Python. A model that is to fill in
 * an assignment or a getter has to copy a name that stands elsewhere in the file; here it practices that with thousands
 * of names.
 *
 * <pre>java recipes/coda-mini/Classes.java [COUNT] > classes.jsonl</pre>
 *
 * <p>All draws follow from the seed 20251129, so that each run prints the same rows; 14,000 without a count.
 */
final class Classes {
    private static final long SEED = 20251129;
    private static final int COUNT = 14_000;
    private static final int PYTHON_EVERY = 10;

    private static final List<String> NUMBERS = words("""
            limit size count capacity index port timeout width height age level depth offset length position priority
            version amount retries threshold weight score rank row column line page number year month day hour delay
            interval radius distance speed step total minimum maximum precision
            """);
    private static final List<String> TEXTS = words("""
            name title text label description message path key value url host prefix suffix id code format pattern
            encoding owner author comment address city country street email phone color currency language locale query
            token username password protocol scheme status reason category tag symbol unit extension separator
            """);
    private static final List<String> FLAGS = words("""
            enabled active visible closed readOnly required verbose strict open valid started finished locked dirty
            optional recursive ordered sorted shared cached deleted hidden selected expired
            """);
    private static final List<String> OBJECTS = words("""
            parent source target factory context config handler executor parser writer reader builder service client
            session request response listener filter strategy formatter converter resolver validator provider loader
            registry scheduler converter node entry key settings options policy connection buffer channel
            """);
    private static final List<String> ELEMENTS = words("""
            item name entry value element child listener line part key result row column file event user order message
            task job product customer book word tag rule option field attribute argument error warning node edge point
            """);
    private static final List<String> MODIFIERS = words("""
            max min default current last first initial base local remote next previous user file request error input
            output cache queue thread connection buffer page item column table server client root start end source
            target field class method type event group order
            """);
    private static final List<String> CLASSES = words("""
            Stock Account Order Person Range Options Config Entry Node Message Request Session Job Task Report Queue
            Cache Counter Document Event Point Rectangle Product Customer Invoice Book Library Team Project Course
            Student Employee Ticket Payment Address Profile Settings Inventory Basket Schedule Timer Registry Catalog
            Group Channel Connection Server Client Table Column Row Page Section Chapter Parser Scanner Writer Reader
            """);
    private static final List<String> QUALIFIERS = words("""
            Simple Default Basic User File Http Cached Local Remote Shared Base Named Text Data Web Sales Music School
            """);

    private static final Pattern PARAMETER = Pattern.compile("([\\w<>]+(?:, \\w+>)?) \\w+(?=[,)])");
    private static final Set<String> OF_EVERY_OBJECT = Set.of("toString()", "equals(Object)", "hashCode()");

    private final Random random;
    private final Set<String> signatures = new HashSet<>();
    private final StringBuilder out = new StringBuilder();
    private final Set<String> imports = new TreeSet<>();
    private final String className;
    private final List<Field> fields;

    /**
     * A field.
     *
     * @param kind n a number, t a text, f a flag, o another object, l a list, s a set, m a map
     * @param element of a list or set, in the singular
     */
    private record Field(char kind, String type, String name, String element, String elementType) {
        String capital() {
            return Character.toUpperCase(name.charAt(0)) + name.substring(1);
        }

        boolean isCollection() {
            return kind == 'l' || kind == 's' || kind == 'm';
        }

        boolean isPrimitive() {
            return kind == 'n' || kind == 'f';
        }

        String getter() {
            return (kind == 'f' ? "is" : "get") + capital();
        }

        String parameter() {
            return type + " " + name;
        }
    }

    private Classes(Random random) {
        this.random = random;
        String noun = pick(CLASSES);
        this.className = chance(0.4) ? pick(QUALIFIERS) + noun : noun;
        Set<String> names = new LinkedHashSet<>();
        List<Field> drawn = new ArrayList<>();
        int count = 2 + random.nextInt(4);
        while (drawn.size() < count) {
            Field field = field();
            if (names.add(field.name())) {
                drawn.add(field);
            }
        }
        this.fields = drawn;
    }

    /** Prints the rows. */
    public static void main(String[] arguments) {
        int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : COUNT;
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        Random random = new Random(SEED);
        for (int i = 0; i < count; i++) {
            Classes made = new Classes(random);
            boolean python = i % PYTHON_EVERY == PYTHON_EVERY - 1;
            String text = python ? made.python() : made.java();
            String path = String.format(Locale.ROOT, "%05d/%s%s", i, made.className, python ? ".py" : ".java");
            out.printf("{\"path\": \"%s\", \"text\": \"%s\"}%n", path, quoted(text));
        }
        out.flush();
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.strip().split("\\s+")).distinct().toList();
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static String capital(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    /** With a word before it, now and then. */
    private String modified(String word) {
        String modifier = pick(MODIFIERS);
        return chance(0.4) && !modifier.equals(word) ? modifier + capital(word) : word;
    }

    private static String plural(String word) {
        if (word.endsWith("y") && !word.endsWith("ey")) {
            return word.substring(0, word.length() - 1) + "ies";
        }
        return word.equals("child") ? "children" : word.endsWith("s") || word.endsWith("x") ? word + "es" : word + "s";
    }

    private Field field() {
        double draw = random.nextDouble();
        if (draw < 0.28) {
            return new Field('n', pick(List.of("int", "int", "int", "long", "double")), modified(pick(NUMBERS)), "", "");
        }
        if (draw < 0.56) {
            return new Field('t', "String", modified(pick(TEXTS)), "", "");
        }
        if (draw < 0.64) {
            return new Field('f', "boolean", chance(0.8) ? pick(FLAGS) : modified(pick(FLAGS)), "", "");
        }
        if (draw < 0.76) {
            String name = modified(pick(OBJECTS));
            return new Field('o', chance(0.7) ? capital(name) : pick(CLASSES) + capital(name), name, "", "");
        }
        String element = modified(pick(ELEMENTS));
        String type = chance(0.6) ? "String" : chance(0.5) ? "Integer" : capital(element);
        if (draw < 0.9) {
            return new Field('l', "List<" + type + ">", plural(element), element, type);
        }
        if (draw < 0.95) {
            return new Field('s', "Set<" + type + ">", plural(element), element, type);
        }
        String value = element.equals("key") ? "value" : element;
        return new Field('m', "Map<String, " + type + ">", plural(value), value, type);
    }

    private void line(int depth, String format, Object... values) {
        out.append("    ".repeat(depth)).append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /** Unless there is one with the same name and types. */
    private void method(String head, String... body) {
        String signature = PARAMETER.matcher(head.substring(head.indexOf(' ') + 1)).replaceAll("$1");
        if (!signatures.add(signature.substring(signature.lastIndexOf(' ', signature.indexOf('(')) + 1))) {
            return;
        }
        out.append('\n');
        if (OF_EVERY_OBJECT.contains(signature)) {
            line(1, "@Override");
        }
        line(1, "public %s {", head);
        for (String each : body) {
            for (String row : each.split("\n")) {
                line(2, "%s", row);
            }
        }
        line(1, "}");
    }

    private String java() {
        boolean mutable = chance(0.5);
        boolean bare = chance(0.25); // accessors without get
        String own = chance(0.12) ? "this." : "";
        List<Field> given = fields.stream().filter(field -> !field.isCollection() || chance(0.25)).toList();
        line(0, "public %sclass %s {", !mutable && chance(0.5) ? "final " : "", className);
        for (Field field : fields) {
            line(1, "private %s%s %s%s;", mutable && !field.isCollection() ? "" : "final ", field.type(), field.name(),
                    given.contains(field) ? "" : " = " + empty(field));
        }
        if (!given.isEmpty()) {
            constructor(given);
        }
        if (chance(0.2) && !given.isEmpty()) {
            method("static %s of(%s)".formatted(className, parameters(given)),
                    "return new %s(%s);".formatted(className, names(given)));
        }
        List<Runnable> parts = new ArrayList<>();
        for (Field field : fields) {
            if (chance(0.85)) {
                parts.add(() -> method("%s %s()".formatted(field.type(), bare ? field.name() : field.getter()),
                        "return %s%s;".formatted(own, field.name())));
            }
            if (mutable && !field.isCollection() && chance(0.8)) {
                boolean fluent = chance(0.15);
                parts.add(() -> method(
                        "%s set%s(%s)".formatted(fluent ? className : "void", field.capital(), field.parameter()),
                        "this.%s = %s;%s".formatted(field.name(), field.name(), fluent ? "\nreturn this;" : "")));
            }
            if (!mutable && given.contains(field) && chance(0.2)) {
                parts.add(() -> method("%s with%s(%s)".formatted(className, field.capital(), field.parameter()),
                        "return new %s(%s);".formatted(className, names(given))));
            }
            use(field, mutable, parts);
        }
        if (chance(0.2)) {
            Collections.shuffle(parts, random);
        }
        parts.forEach(Runnable::run);
        common();
        line(0, "}");
        String packageLine = chance(0.6)
                ? "package %s.%s;\n\n".formatted(pick(List.of("com.example", "org.example", "com.acme")), pick(
                        List.of("model", "core", "util", "data", "service", "api")))
                : "";
        String importLines = imports.stream().map("import %s;\n"::formatted).collect(Collectors.joining());
        return packageLine + importLines + (importLines.isEmpty() ? "" : "\n") + out;
    }

    private String empty(Field field) {
        String type = switch (field.kind()) {
            case 'l' -> "ArrayList";
            case 's' -> chance(0.5) ? "HashSet" : "LinkedHashSet";
            default -> chance(0.5) ? "HashMap" : "TreeMap";
        };
        imports.add("java.util." + type);
        return "new " + type + "<>()";
    }

    private void constructor(List<Field> given) {
        boolean checks = chance(0.2);
        out.append('\n');
        line(1, "public %s(%s) {", className, parameters(given));
        for (Field field : given) {
            if (checks && field.type().equals("int")) {
                line(2, "if (%s < 0) {", field.name());
                line(3, "throw new IllegalArgumentException(\"%s must not be negative\");", field.name());
                line(2, "}");
            }
        }
        for (Field field : given) {
            if (checks && !field.isPrimitive()) {
                imports.add("java.util.Objects");
                line(2, "this.%s = Objects.requireNonNull(%s, \"%s\");", field.name(), field.name(), field.name());
            } else {
                line(2, "this.%s = %s;", field.name(), field.name());
            }
        }
        line(1, "}");
        for (Field field : given) {
            importType(field);
        }
    }

    private void importType(Field field) {
        if (field.isCollection()) {
            imports.add("java.util." + field.type().substring(0, field.type().indexOf('<')));
        }
    }

    private static String parameters(List<Field> given) {
        return given.stream().map(Field::parameter).collect(Collectors.joining(", "));
    }

    private static String names(List<Field> given) {
        return given.stream().map(Field::name).collect(Collectors.joining(", "));
    }

    /** What else is done with a field. */
    private void use(Field field, boolean mutable, List<Runnable> parts) {
        String name = field.name();
        String element = field.element();
        String parameter = field.elementType() + " " + element;
        switch (field.kind()) {
            case 'n' -> {
                if (mutable && chance(0.3)) {
                    boolean one = chance(0.5);
                    parts.add(() -> method((one ? "void increment%s()" : "void add%s(" + field.type() + " amount)")
                                    .formatted(field.capital()),
                            one ? name + "++;" : name + " += amount;"));
                }
            }
            case 'f' -> {
                if (mutable && chance(0.3)) {
                    parts.add(() -> method("void toggle" + field.capital() + "()", name + " = !" + name + ";"));
                }
            }
            case 'l', 's' -> {
                importType(field);
                collection(field, parameter, parts);
                if (field.kind() == 'l' && chance(0.3)) {
                    parts.add(() -> method("%s get%s(int index)".formatted(field.elementType(), capital(element)),
                            "return %s.get(index);".formatted(name)));
                }
            }
            case 'm' -> {
                importType(field);
                parts.add(() -> method("void put%s(String key, %s)".formatted(capital(element), parameter),
                        "%s.put(key, %s);".formatted(name, element)));
                parts.add(() -> method("%s get%s(String key)".formatted(field.elementType(), capital(element)),
                        "return %s.get(key);".formatted(name)));
                if (chance(0.4)) {
                    parts.add(() -> method("boolean has%s(String key)".formatted(capital(element)),
                            "return %s.containsKey(key);".formatted(name)));
                }
            }
            default -> {}
        }
    }

    private void collection(Field field, String parameter, List<Runnable> parts) {
        String name = field.name();
        String element = field.element();
        List<Field> limits = fields.stream().filter(other -> other.type().equals("int")).toList();
        if (!limits.isEmpty() && chance(0.3)) {
            String limit = pick(limits).name();
            parts.add(() -> method("void add%s(%s)".formatted(capital(element), parameter),
                    "if (%s.size() >= %s) {\n    throw new IllegalStateException(\"too many %s\");\n}\n%s.add(%s);"
                            .formatted(name, limit, name, name, element)));
        } else {
            parts.add(() -> method("%s(%s)".formatted(chance(0.5) ? "void add" : "void add" + capital(element),
                    parameter), "%s.add(%s);".formatted(name, element)));
        }
        if (chance(0.3)) {
            parts.add(() -> method("boolean remove%s(%s)".formatted(capital(element), parameter),
                    "return %s.remove(%s);".formatted(name, element)));
        }
        if (chance(0.4)) {
            parts.add(() -> method("boolean contains(%s)".formatted(parameter), contains(field)));
        }
        if (chance(0.4)) {
            parts.add(() -> method("int %s()".formatted(chance(0.6) ? "size" : "count" + field.capital()),
                    "return %s.size();".formatted(name)));
        }
        if (chance(0.25)) {
            parts.add(() -> method("boolean isEmpty()", "return %s.isEmpty();".formatted(name)));
        }
        if (chance(0.2)) {
            parts.add(() -> method("void clear()", "%s.clear();".formatted(name)));
        }
    }

    private String contains(Field field) {
        String name = field.name();
        String element = field.element();
        return switch (random.nextInt(field.kind() == 'l' ? 4 : 2)) {
            case 0 -> "return %s.contains(%s);".formatted(name, element);
            case 1 -> "for (%s each : %s) {\n    if (each.equals(%s)) {\n        return true;\n    }\n}\nreturn false;"
                    .formatted(field.elementType(), name, element);
            default -> ("for (int i = 0; i < %s.size(); i++) {\n    if (%s.get(i).equals(%s)) {\n"
                            + "        return true;\n    }\n}\nreturn false;")
                    .formatted(name, name, element);
        };
    }

    /** The methods of every object. */
    private void common() {
        if (chance(0.2)) {
            method("String toString()", "return \"%s{\" + %s + \"}\";".formatted(className, fields.stream()
                    .map(field -> "\"%s=\" + %s".formatted(field.name(), field.name()))
                    .collect(Collectors.joining(" + \", \" + "))));
        }
        if (chance(0.15)) {
            imports.add("java.util.Objects");
            method("boolean equals(Object other)",
                    "if (!(other instanceof %s)) {\n    return false;\n}".formatted(className),
                    "%s that = (%s) other;".formatted(className, className),
                    "return %s;".formatted(fields.stream()
                            .map(field -> (field.isPrimitive() ? "%s == that.%s" : "Objects.equals(%s, that.%s)")
                                    .formatted(field.name(), field.name()))
                            .collect(Collectors.joining(" && "))));
            method("int hashCode()", "return Objects.hash(%s);".formatted(names(fields)));
        }
    }

    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private String python() {
        List<Field> given = fields.stream().filter(field -> !field.isCollection()).toList();
        line(0, "class %s:", className);
        line(1, "def __init__(%s):", Stream.concat(Stream.of("self"), given.stream().map(field -> snake(field.name())))
                .collect(Collectors.joining(", ")));
        for (Field field : fields) {
            String name = snake(field.name());
            line(2, "self.%s = %s", name, !field.isCollection() ? name
                    : field.kind() == 'l' ? "[]" : field.kind() == 's' ? "set()" : "{}");
        }
        for (Field field : fields) {
            String name = snake(field.name());
            String element = snake(field.element());
            switch (field.kind()) {
                case 'l', 's' -> {
                    define("add_%s(self, %s)".formatted(element, element), "self.%s.%s(%s)".formatted(
                            name, field.kind() == 'l' ? "append" : "add", element));
                    if (chance(0.5)) {
                        define("__len__(self)", "return len(self.%s)".formatted(name));
                    }
                    if (chance(0.5)) {
                        define("has_%s(self, %s)".formatted(element, element),
                                "return %s in self.%s".formatted(element, name));
                    }
                }
                case 'm' -> define("get_%s(self, key, default=None)".formatted(element),
                        "return self.%s.get(key, default)".formatted(name));
                default -> {
                    if (chance(0.4)) {
                        define("get_%s(self)".formatted(name), "return self.%s".formatted(name));
                    }
                    if (chance(0.3)) {
                        define("set_%s(self, %s)".formatted(name, name), "self.%s = %s".formatted(name, name));
                    }
                }
            }
        }
        return out.toString();
    }

    private void define(String head, String body) {
        out.append('\n');
        line(1, "def %s:", head);
        line(2, "%s", body);
    }
}
