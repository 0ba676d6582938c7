# Prints a line for each dependency of the project files and each line of the list of packages: the kind of its licence,
# its name, and what exactly is stated. REFUSED stands for a kind that is none of Apache-2.0, MIT, BSD and EPL.

function slurp(file,    line, text, at, end) {
    text = ""
    while ((getline line < file) > 0) text = text " " line
    close(file)
    while ((at = index(text, "<!--")) > 0) {
        end = index(substr(text, at), "-->")
        if (end == 0) break
        text = substr(text, 1, at - 1) substr(text, at + end + 2)
    }
    return text
}

function inner(text, tag,    from, to) {
    from = index(text, "<" tag ">")
    if (from == 0) return ""
    text = substr(text, from + length(tag) + 2)
    to = index(text, "</" tag ">")
    text = substr(text, 1, to - 1)
    gsub(/^[ \t\r]+|[ \t\r]+$/, "", text)
    return text
}

# What a POM or the nearest parent states: names with " | " between them.
function of(group, name, version, depth,    path, text, all, one, names, at, parent) {
    path = group
    gsub(/\./, "/", path)
    text = slurp(repository "/" path "/" name "/" version "/" name "-" version ".pom")
    all = inner(text, "licenses")
    if (all != "") {
        names = ""
        while ((at = index(all, "<license>")) > 0) {
            one = inner(all, "license")
            names = names (names == "" ? "" : " | ") (inner(one, "name") != "" ? inner(one, "name") : inner(one, "url"))
            all = substr(all, at + 9 + length(one))
        }
        return names
    }
    parent = inner(text, "parent")
    if (parent == "" || depth > 9) return ""
    return of(inner(parent, "groupId"), inner(parent, "artifactId"), inner(parent, "version"), depth + 1)
}

function kind(stated,    low) {
    low = tolower(stated)
    if (low ~ /apache|(^|[^a-z])al 2|asl 2/) return "Apache-2.0"
    if (low ~ /(^|[^a-z])mit($|[^a-z])|expat/) return "MIT"
    if (low ~ /bsd/) return "BSD"
    if (low ~ /eclipse public|eclipse distribution|epl/) return "EPL"
    return "REFUSED"
}

function tell(stated, what) {
    printf "%-10s %s (%s)\n", kind(stated), what, stated == "" ? "nothing stated" : stated
}

/<dependency>/ && !(only == 2 && FILENAME ~ /corpus-2/) {
    group = inner($0, "groupId")
    name = inner($0, "artifactId")
    version = inner($0, "version")
    tell(of(group, name, version, 0), group ":" name ":" version)
}

END {
    while ((getline line < packages) > 0) {
        split(line, fields, "\t")
        tell(fields[1], fields[2])
    }
}
