"""Takes programs out of answers. It parses them and runs none.

Frames on both pipes: four bytes of length, then JSON. Requests:
  {"do": "hello", "filter": base64 or null, "pid_at": [byte offsets], "path": where modules are looked for}
  {"do": "coda", "text": ..., "entry": name or null}          as CoDA's evaluation does
  {"do": "evalplus", "text": ..., "entry": name or null}      as EvalPlus does
  {"do": "keep", "prompt": ..., "text": ..., "entry": name}   ours: what the prompt defines stays
"""
import ast
import base64
import ctypes
import json
import os
import struct
import sys
import warnings

warnings.simplefilter("ignore")

CODA_LINES = 100
KEPT_LINES = 400


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


def hello(request):
    sys.path[:] = request["path"]
    if request["filter"]:
        code = bytearray(base64.b64decode(request["filter"]))
        for at in request["pid_at"]:
            struct.pack_into("=I", code, at, os.getpid())
        buffer = ctypes.create_string_buffer(bytes(code), len(code))
        program = Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.byref(program), 0, 0) != 0:
            sys.exit(f"the kernel refuses the filter of system calls: error {ctypes.get_errno()}")
    return {}


def parsed(code):
    """The tree of a program; none when it is none, also when Python gives up on it."""
    try:
        return ast.parse(code)
    except (SyntaxError, MemoryError, ValueError, RecursionError):
        return None


def weight(lines):
    return sum(1 for line in lines if line.strip())


def longest(lines, least):
    """The span with most lines that are not blank, the first of them."""
    best, found = 0, None
    for start in range(len(lines)):
        for end in range(start + least, len(lines) + 1):
            span = lines[start:end]
            count = weight(span)
            if count > best and parsed("\n".join(span)) is not None:
                best, found = count, span
    return found


def returns(node):
    return any(isinstance(one, ast.Return) for one in ast.walk(node))


def reachable(entry, uses):
    seen, waiting = set(), [entry]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(uses.get(name, ()))
    return seen


# CoDA's own.


def coda_uses(node):
    """Names that a definition uses; what stands before the dot of an attribute does not count."""
    names, waiting = set(), [node]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if isinstance(child, ast.Name):
                names.add(child.id)
            elif not isinstance(child, ast.Attribute):
                waiting.append(child)
    return names


def coda(request):
    text = request["text"].replace("\t", "    ").replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"
    span = longest(text.splitlines()[:CODA_LINES], 1)
    if span is None:
        return {"code": "", "region": ""}
    region = "\n".join(span)
    imports, definitions = [], {}
    for node in ast.parse(region).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports.append(node)
        elif isinstance(node, ast.ClassDef):
            definitions[node.name] = node
        elif isinstance(node, ast.FunctionDef) and returns(node):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            definitions[node.targets[0].id] = node
    wanted = set(definitions)
    if request["entry"]:
        wanted = reachable(request["entry"], {name: coda_uses(node) for name, node in definitions.items()})
    kept = imports + [node for name, node in definitions.items() if name in wanted]
    return {"code": "\n".join(ast.unparse(node) for node in kept), "region": region}


# EvalPlus.


def identifiers(node):
    """Every name that stands in a piece of code, of attributes and parameters too."""
    names = set()
    for one in ast.walk(node):
        for field in ("id", "attr", "arg", "name", "rest"):
            value = getattr(one, field, None)
            if isinstance(value, str):
                names.update(value.split("."))
        if isinstance(one, ast.alias) and one.asname:
            names.add(one.asname)
        if isinstance(one, (ast.Global, ast.Nonlocal)):
            names.update(one.names)
        if isinstance(one, ast.ImportFrom) and one.module:
            names.update(one.module.split("."))
        names.update(getattr(one, "kwd_attrs", ()))
    return names


def first_name(node):
    """What EvalPlus takes for the name of an assignment: the first plain name in it."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if isinstance(targets[0], ast.Name):
        return targets[0].id
    return node.value.id if len(targets) == 1 and isinstance(node.value, ast.Name) else None


def is_comment(text):
    return text.lstrip().startswith(b"#")


def source_of(node, lines):
    """The text of a node. To a body belong the comments behind its last statement, as far as they are indented."""
    lines = [line.encode("utf-8", "surrogatepass") for line in lines]
    first, last, end = node.lineno - 1, node.end_lineno - 1, node.end_col_offset
    body = getattr(node, "body", None)
    if body and body[0].lineno > node.lineno:
        if is_comment(lines[last][end:]):
            end = len(lines[last].rstrip())
        for at in range(last + 1, len(lines)):
            line = lines[at]
            if line.strip() and not (is_comment(line) and len(line) - len(line.lstrip()) >= body[0].col_offset):
                break
            if line.strip():
                last, end = at, len(line.rstrip())
    part = lines[first:last + 1]
    part[-1] = part[-1][:end]
    part[0] = part[0][node.col_offset:]
    return b"\n".join(part).decode("utf-8", "surrogatepass")


def evalplus(request):
    lines = request["text"].split("\n")
    span = longest(lines, 2) or lines[:1]
    region = "\n".join(span)
    # A single line need not be a program by itself; its indentation is no part of what stands in it.
    code = region if parsed(region) is not None else region.strip()
    tree = parsed(code)
    imports, definitions, names = [], [], set()
    for node in tree.body if tree else ():
        name = None
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if getattr(node, "module", None) != "__future__":
                imports.append(node)
            continue
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.decorator_list or not isinstance(node, ast.ClassDef) and not returns(node):
                continue
            name = node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            name = first_name(node)
        else:
            continue
        if name not in names:
            names.add(name)
            definitions.append((name, node))
    kept = definitions
    if request["entry"]:
        wanted = reachable(request["entry"], {name: identifiers(node) for name, node in definitions})
        kept = [(name, node) for name, node in definitions if name in wanted]
    parts = [source_of(node, code.split("\n")) for node in imports + [node for _, node in kept]]
    taken = "\n".join(parts).strip()
    return {"code": taken or region, "region": region}


# Ours.


def binds(node):
    """Names that a statement at the top of a program gives a value to."""
    names = set()
    for one in ast.walk(node):
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(one.name)
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            names.add(one.id)
        elif isinstance(one, ast.alias):
            names.add((one.asname or one.name).split(".")[0])
    return names


def keep(request):
    prompt, text, entry = request["prompt"], request["text"], request["entry"]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    span = lines if parsed("\n".join(lines)) is not None else longest(lines[:KEPT_LINES], 1)
    if span is None:
        return {"code": "", "region": ""}
    region = "\n".join(span)
    body = ast.parse(region).body
    helper_tree = parsed(prompt)
    helpers = set()
    for node in helper_tree.body if helper_tree else ():
        helpers |= binds(node)
    uses = {}
    for node in body:
        for name in binds(node):
            uses.setdefault(name, set()).update(identifiers(node))
    wanted = reachable(entry, uses) if entry else set(uses)
    for name in helpers:
        wanted |= reachable(name, uses)
    if entry and entry not in uses:
        return {"code": region, "region": region}
    kept = []
    for node in body:
        known = isinstance(node, (ast.Import, ast.ImportFrom)) or binds(node) & wanted
        main = isinstance(node, ast.If) and "__name__" in identifiers(node.test)
        if known and not main:
            start = min([node.lineno] + [one.lineno for one in getattr(node, "decorator_list", ())])
            whole = span[start - 1:node.end_lineno]
            alone = parsed("\n".join(whole))
            # Several statements on a line cannot be cut out by lines.
            exact = alone is not None and len(alone.body) == 1
            kept.append("\n".join(whole) if exact else ast.unparse(node))
    return {"code": "\n".join(kept) + "\n", "region": region}


def read_fully(count):
    parts = []
    while count:
        part = os.read(0, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def serve():
    sys.setrecursionlimit(3000)
    work = {"hello": hello, "coda": coda, "evalplus": evalplus, "keep": keep}
    while True:
        head = read_fully(4)
        body = None if head is None else read_fully(int.from_bytes(head, "big"))
        if body is None:
            return
        request = json.loads(body)
        try:
            answer = work[request["do"]](request)
        except (RecursionError, MemoryError, ValueError) as problem:
            answer = {"code": "", "region": "", "problem": type(problem).__name__}
        data = json.dumps(answer).encode("ascii")
        data = len(data).to_bytes(4, "big") + data
        while data:
            data = data[os.write(1, data):]


serve()
