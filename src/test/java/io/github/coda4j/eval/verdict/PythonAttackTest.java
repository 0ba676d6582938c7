package io.github.coda4j.eval.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs that attack the machine or their judge, one test each. After every one: nothing outside has changed, no
 * process is left, the folder that programs may write to is empty, and the judge judges on. Programs reach past the
 * guards of the originals ({@code posix} has what was taken from {@code os}): it is the kernel that holds them.
 */
@Tag("process")
@ExtendWith(WholeSandbox.class)
class PythonAttackTest {
    private static final double SECONDS = 1;
    private static final String LIBC = "import ctypes, posix\nlibc = ctypes.CDLL(None, use_errno=True)\n";

    @TempDir
    static Path outside;

    private static PythonJudge judge;
    private static Path target;
    private static long memory;

    @BeforeAll
    static void open() {
        Sandbox sandbox = Sandbox.open(SandboxMode.BEST, "");
        judge = new PythonJudge(PythonInterpreter.find(Optional.empty(), System.getenv()), sandbox);
        target = outside.resolve("file");
        assertThat(judge.run("x = 1", SECONDS).passed()).isTrue();
        memory = usedMemory();
    }

    @AfterAll
    static void the_judge_s_own_memory_has_not_grown() {
        if (judge != null) {
            assertThat(usedMemory() - memory).isLessThan(32 << 20);
            judge.close();
        }
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @BeforeEach
    void putSomethingOutside() throws IOException {
        Files.writeString(target, "as it was");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void nothing_has_changed_and_the_judge_judges_on() throws Exception {
        assertThat(Files.readString(target)).isEqualTo("as it was");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(outside)) {
            assertThat(files).containsExactly(target);
        }
        assertThat(run("assert 1 + 1 == 2").passed()).isTrue();
        assertThat(run("assert 1 + 1 == 3").passed()).isFalse();
        Path folder = serverFolder();
        assertThat(processesIn(folder)).as("processes left").isEmpty();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("files left").isEmpty();
        }
    }

    private static Verdict run(String program) {
        return judge.run(program.replace("OUTSIDE", outside.toString()), SECONDS);
    }

    private static void fails(String program) {
        assertThat(run(program).passed()).isFalse();
    }

    private static void fails(String program, String with) {
        Verdict verdict = run(program);
        assertThat(verdict.outcome()).as(verdict.toString()).isEqualTo(Outcome.FAILED);
        assertThat(verdict.result()).contains(with);
    }

    private static void refused(String program) {
        Verdict verdict = run(program);
        assertThat(verdict.outcome()).as(verdict.toString()).isEqualTo(Outcome.FAILED);
        assertThat(verdict.raised()).as(verdict.toString()).isEqualTo("PermissionError");
    }

    private static void passes(String program) {
        Verdict verdict = run(program);
        assertThat(verdict.passed()).as(verdict.toString()).isTrue();
    }

    private static void ends(Outcome outcome, String program) {
        Verdict verdict = run(program);
        assertThat(verdict.outcome()).as(verdict.toString()).isEqualTo(outcome);
    }

    /** Of the Python that is there for this judge. */
    private static Path serverFolder() throws IOException {
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            Path folder = folderOf(Path.of("/proc", Long.toString(child.pid())));
            if (folder.getFileName() != null && folder.getFileName().toString().startsWith("coda-eval-")) {
                return folder;
            }
        }
        throw new AssertionError("no Python is running");
    }

    private static Path folderOf(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd"));
        } catch (IOException e) {
            return Path.of("");
        }
    }

    private static List<Path> processesIn(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            processes
                    .filter(path -> path.getFileName().toString().matches("\\d+"))
                    .filter(path -> folderOf(path).toString().startsWith(folder + "/"))
                    .forEach(found::add);
        }
        return found;
    }

    @Test
    void a01_fork_bomb() {
        refused("import posix\nwhile True: posix.fork()");
    }

    @Test
    void a02_fork_bomb_past_python() {
        fails(LIBC + "while True:\n    assert libc.fork() >= 0, 'no fork'", "no fork");
    }

    @Test
    void a03_ten_thousand_threads() {
        run("import threading, time\nfor _ in range(10000):\n"
                + "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()");
    }

    @Test
    void a04_spawning_a_program() {
        refused("import posix\nposix.posix_spawn('/bin/sleep', ['sleep', '77'], {})");
    }

    @Test
    void a05_daemon() {
        refused("import posix, time\nif posix.fork() == 0:\n    posix.setsid()\n"
                + "    if posix.fork() == 0: time.sleep(77)");
    }

    @Test
    void a06_killing_the_parent() {
        refused("import posix\nposix.kill(posix.getppid(), 9)");
    }

    @Test
    void a07_killing_everybody() {
        fails(LIBC + "assert libc.kill(-1, 0) == -1, 'not held'\nassert libc.kill(-1, 9) == 0, 'refused'", "refused");
    }

    @Test
    void a08_stopping_itself() {
        ends(Outcome.TIMED_OUT, "import posix\nposix.kill(posix.getpid(), 19)");
    }

    @Test
    void a09_deaf_to_signals() {
        ends(
                Outcome.TIMED_OUT,
                "import signal\nsignal.setitimer(0, 0)\nsignal.signal(15, signal.SIG_IGN)\n"
                        + "signal.signal(14, signal.SIG_IGN)\nwhile True: pass");
    }

    @Test
    void a10_exit_code_0() {
        ends(Outcome.DIED, "import posix\nposix._exit(0)");
    }

    @Test
    void a11_sys_exit() {
        fails("import sys\nsys.exit(0)", "failed: 0");
    }

    @Test
    void a12_system_exit() {
        fails("raise SystemExit", "failed: ");
    }

    @Test
    void a13_abort() {
        ends(Outcome.DIED, "import posix\nposix.abort()");
    }

    @Test
    void a14_null_pointer() {
        ends(Outcome.DIED, "import ctypes\nctypes.string_at(0)");
    }

    @Test
    void a15_connecting() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused("import socket\nsocket.create_connection(('127.0.0.1', " + server.getLocalPort() + "))");
        }
    }

    @Test
    void a16_sending_a_packet() {
        refused("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))");
    }

    @Test
    void a17_looking_up_a_name() {
        fails("import socket\nsocket.gethostbyname('example.com')");
        fails("import socket\nsocket.getaddrinfo('localhost', 80)");
    }

    @Test
    void a18_listening() {
        refused("import socket\nsocket.create_server(('127.0.0.1', 0))");
    }

    @Test
    void a19_abstract_socket() {
        refused("import socket\nsocket.socket(socket.AF_UNIX).connect('\\0helper')");
    }

    @Test
    void a20_raw_and_netlink_sockets() {
        refused("import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW)");
        refused("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_RAW, 1)");
    }

    @Test
    void a21_io_uring() {
        fails(LIBC + "assert libc.syscall(425, 8, ctypes.create_string_buffer(256)) >= 0, 'refused'", "refused");
    }

    @Test
    void a22_reading_accounts() {
        refused("open('/etc/passwd').read()");
    }

    @Test
    void a23_reading_the_checker() {
        fails("import __main__\nopen(__main__.__file__).read()");
        refused("open('"
                + Path.of("src/main/resources/io/github/coda4j/eval/verdict/judge.py")
                        .toAbsolutePath() + "').read()");
        passes("import sys\nassert len(sys.orig_argv) == 1");
    }

    @Test
    void a24_reading_other_processes() {
        refused("open('/proc/1/environ').read()");
        refused("import posix\nopen(f'/proc/{posix.getppid()}/mem', 'rb')");
        refused("import posix\nposix.listdir('/proc')");
    }

    @Test
    void a25_environment() {
        passes("import os\nassert set(os.environ) <= {'LC_ALL', 'PYTHONHASHSEED', 'HOME', 'OMP_NUM_THREADS'}, "
                + "sorted(os.environ)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"OUTSIDE/new", "/tmp/coda-attack", "/dev/shm/coda-attack", "../coda-attack", "/coda-attack"})
    void a26_writing_elsewhere(String file) {
        // Its own folder's parent is the judge's and may be written to; it is emptied with the judge.
        boolean near = file.startsWith("..");
        Verdict verdict =
                run("open('" + file + "', 'w').close()" + (near ? "\nimport posix; posix.unlink('" + file + "')" : ""));
        assertThat(verdict.passed()).isEqualTo(near);
        assertThat(Path.of(file.replace("OUTSIDE", outside.toString()))).doesNotExist();
    }

    @Test
    void a27_links_to_what_is_outside() {
        passes("import posix\nposix.symlink('OUTSIDE', 'link')\nposix.symlink('/', 'root')\n"
                + "posix.mkdir('folder')\nposix.symlink('OUTSIDE/file', 'folder/file')");
    }

    @Test
    void a28_removing_everything() {
        String first = "import posix\ntry:\n    open('OUTSIDE/new', 'w')\nexcept PermissionError:\n    pass\n"
                + "else:\n    raise SystemExit('not held')\n";
        refused(first + "posix.unlink('OUTSIDE/file')");
        refused(first + "for name in posix.listdir('/'): posix.unlink('/' + name)");
        refused(first + "open('OUTSIDE/file', 'w')");
        refused(first + "posix.truncate('OUTSIDE/file', 0)");
        refused(first + "posix.rename('OUTSIDE/file', 'mine')");
    }

    @Test
    void a29_filling_the_disk() {
        fails("with open('big', 'wb') as f:\n    f.seek((2 << 30) - 1)\n    f.write(b'x')", "File too large");
    }

    @Test
    void a30_many_small_files() {
        ends(Outcome.TIMED_OUT, "i = 0\nwhile True:\n    open(str(i), 'w').close()\n    i += 1");
    }

    @Test
    void a30_folders_deeper_than_a_path() {
        passes("import posix\nfor i in range(250):\n    posix.mkdir('d' * 20)\n    posix.chdir('d' * 20)\n"
                + "open('end', 'w').close()");
        passes("import posix\nposix.mkdir('closed', 0)");
    }

    @Test
    void a31_hard_links_owners_and_permissions() {
        fails("import posix\nposix.link('OUTSIDE/file', 'mine')\nopen('mine', 'w').close()");
        refused("import posix\nposix.chmod('OUTSIDE/file', 0o777)");
        refused("import posix\nposix.chown('OUTSIDE/file', 1, 1)");
        refused("import posix\nposix.utime('OUTSIDE/file', (1, 1))");
        refused("import posix\nposix.setxattr('OUTSIDE/file', 'user.x', b'1')");
    }

    @Test
    void a32_programs_of_another_user() {
        refused("import posix\nposix.execv('/usr/bin/sudo', ['sudo', '-n', 'true'])");
        refused("import posix\nposix.setuid(1)");
    }

    @Test
    void a33_mounts_and_namespaces() {
        fails(LIBC + "assert libc.mount(b'none', b'/mnt', b'tmpfs', 0, None) == 0, 'refused'", "refused");
        fails(LIBC + "assert libc.unshare(0x10000000) == 0, 'refused'", "refused");
        fails(LIBC + "assert libc.ptrace(0, 0, 0, 0) == 0, 'refused'", "refused");
    }

    @Test
    void a34_attaching_to_the_parent() {
        fails(LIBC + "assert libc.ptrace(16, posix.getppid(), 0, 0) == 0, 'refused'", "refused");
    }

    @Test
    void a34_signals_by_way_of_a_pipe() {
        refused("import fcntl, posix\nr, w = posix.pipe()\nfcntl.fcntl(r, 8, posix.getppid())");
        refused("import fcntl, posix\nr, w = posix.pipe()\nfcntl.fcntl(r, 10, 9)");
    }

    @Test
    void a35_eight_gibibytes() {
        assertThat(run("bytearray(8 << 30)").raised()).isEqualTo("MemoryError");
    }

    @Test
    void a36_a_large_mapping() {
        fails("import mmap\nmmap.mmap(-1, 64 << 30)", "Cannot allocate memory");
    }

    @Test
    void a37_growth() {
        fails("rows = []\nwhile True: rows.append(bytearray(1 << 26))");
    }

    @Test
    void a38_endless_recursion_leaves_no_core() {
        fails("import sys\nsys.setrecursionlimit(10**8)\ndef f(n): return f(n + 1) + 1\nf(0)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void a39_and_a40_floods_do_not_grow_the_parent(int descriptor) {
        long before = usedMemory();
        ends(Outcome.TIMED_OUT, "import posix\nwhile True: posix.write(" + descriptor + ", b'x' * 65536)");
        assertThat(usedMemory() - before).isLessThan(32 << 20);
    }

    @Test
    void a41_a_verdict_on_standard_output() {
        fails("import posix\nposix.write(1, b'[\"passed\"]\\n')\nprint('{\"passed\": true}')\nassert False");
    }

    @Test
    void a42_a_verdict_on_every_descriptor() {
        fails("import posix\nfor fd in range(3, 256):\n    try: posix.write(fd, b'x' * 100 + b'[\"passed\"]\\n')\n"
                + "    except OSError: pass\nposix._exit(0)");
        fails("import posix\nfor fd in range(3, 256):\n    try: posix.write(fd, b'[\"passed\"]\\n')\n"
                + "    except OSError: pass\nassert False");
    }

    @Test
    void a43_another_assertion_error() {
        String patch = "import builtins\nbuiltins.AssertionError = ValueError\n";
        passes(patch + "assert 1 == 1");
        fails(patch + "assert 1 == 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec", "print", "open", "len", "isinstance", "getattr", "BaseException", "__import__"})
    void a44_other_builtins(String name) {
        String patch = "import builtins\nbuiltins." + name + " = None\n";
        passes(patch + "assert 1 == 1");
        fails(patch + "assert 1 == 2");
    }

    @Test
    void a45_tracing() {
        String trace = """
                import sys
                def t(frame, event, argument):
                    for name in list(frame.f_locals):
                        frame.f_locals[name] = True
                    return t
                sys.settrace(t)
                sys.setprofile(t)
                sys.addaudithook(lambda *a: None)
                """;
        fails(trace + "assert 1 == 2");
        passes("import sys\nsys.settrace(lambda *a: None)\nassert 1 == 1");
    }

    @Test
    void a46_walking_frames_for_the_result() {
        fails("""
                import posix, sys
                frame = sys._getframe()
                while frame:
                    for name, value in list(frame.f_locals.items()):
                        for way in ('append', 'send', 'put', 'set'):
                            if name in ('result', 'token', 'results', 'answer') or hasattr(value, way):
                                try: getattr(value, way)('passed')
                                except Exception: pass
                    frame = frame.f_back
                posix._exit(0)
                """);
    }

    @Test
    void a47_looking_through_all_objects_for_the_result() {
        fails("""
                import gc, posix
                for one in gc.get_objects():
                    if type(one) is list or hasattr(type(one), 'send'):
                        for way in ('append', 'send'):
                            try: getattr(one, way)('passed')
                            except BaseException: pass
                posix._exit(0)
                """);
    }

    @Test
    void a48_replacing_code_passes_as_in_the_field() {
        passes("""
                class Any:
                    def __eq__(self, other): return True
                def f(x):
                    f.__code__ = (lambda x: Any()).__code__
                    return Any()
                def check(candidate):
                    assert candidate(1) == 2
                    assert candidate(2) == 3
                check(f)
                """);
    }

    @Test
    void a49_equal_to_everything_passes_as_in_the_field() {
        passes("class Any:\n    def __eq__(self, other): return True\nassert Any() == 3");
    }

    @Test
    void a50_code_that_runs_after_the_verdict() {
        Verdict verdict = run("import atexit, time\natexit.register(time.sleep, 60)\n"
                + "class Late:\n    def __del__(self):\n        while True: pass\nlate = Late()");
        assertThat(verdict.passed()).isTrue();
        assertThat(verdict.wallSeconds()).isLessThan(SECONDS + 1);
    }

    @Test
    void a51_a_thread_that_goes_on() {
        Verdict verdict = run("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()");
        assertThat(verdict.passed()).isTrue();
        assertThat(verdict.wallSeconds()).isLessThan(SECONDS + 1);
    }

    @Test
    void a52_reading_input() {
        assertThat(run("input()").raised()).isEqualTo("OSError");
        passes("import posix\nassert posix.read(0, 10) == b''");
    }

    @Test
    void a53_sleeping() {
        ends(Outcome.TIMED_OUT, "import time\ntime.sleep(60)");
    }

    @Test
    void a54_catching_everything() {
        ends(Outcome.TIMED_OUT, "while True:\n    try:\n        while True: pass\n    except BaseException: pass");
    }

    @Test
    void a55_an_exception_that_cannot_be_told() {
        String raise = "class E(Exception):\n    def __str__(self):\n        ";
        fails(raise + "raise ValueError\nraise E");
        fails(raise + "while True: pass\nraise E");
    }

    @Test
    void a56_odd_sources() {
        fails("x = 1\0");
        assertThat(run("x = '\ud800'").raised()).isEqualTo("UnicodeEncodeError");
        fails("\ufeffx = 1");
        passes("x = 1\r\nif x:\r\n    y = 2\r\n");
        passes("x = '" + "y".repeat(5 << 20) + "'");
        fails("(".repeat(300) + ")".repeat(300));
        run("1" + " + 1".repeat(100_000));
    }

    @Test
    void a57_modules_in_the_folder_are_not_found() {
        passes("with open('random.py', 'w') as f: f.write('raise SystemExit')\nimport random\nrandom.random()");
    }

    @ParameterizedTest
    @ValueSource(strings = {"import sys\nsys.modules.clear()", "import importlib, sys\nimportlib.reload(sys)"})
    void a58_modules_thrown_away(String program) {
        assertThat(run(program).outcome()).isIn(Outcome.PASSED, Outcome.FAILED);
    }

    @Test
    void a59_priorities() {
        refused("import posix\nposix.nice(-20)");
        refused("import posix\nposix.setpriority(0, 0, -5)");
        refused("import posix\nposix.sched_setscheduler(0, 1, posix.sched_param(1))");
    }

    @Test
    void a60_shared_memory() {
        refused("open('/dev/shm/coda-attack', 'wb').write(bytes(100 << 20))");
        fails(LIBC + "assert libc.shmget(0, 100 << 20, 0o1600) >= 0, 'refused'", "refused");
        fails(LIBC + "assert libc.syscall(319, b'x', 0) >= 0, 'refused'", "refused");
        fails(LIBC + "assert libc.mq_open(b'/coda', 66, 0o600, None) >= 0, 'refused'", "refused");
    }

    @Test
    void limits_cannot_be_raised() {
        fails(
                LIBC + "lim = (ctypes.c_ulong * 2)(1 << 40, 1 << 40)\nassert libc.setrlimit(9, lim) == 0, 'refused'",
                "refused");
    }
}
