"""Runs coda on a machine that has a card and an installed PyTorch, and nothing else: no Java, no network.

    ./run check            what is right and how fast, in less than nine minutes; table and result.json
    ./run train            trains for some minutes and leaves the weights in parts (bundles of scripts/gpu-train)
    ./run check --dry-run  what would be run

Python 3.8 or newer, its standard library alone; torch is only asked where it lies, by a process of its own.
"""
import argparse
import glob
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WHOLE_SECONDS = 530  # of a check, below nine minutes
MAIN = "io.github.coda4j.cli.app.Main"
FLAGS = ["--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
         "-Dorg.bytedeco.javacpp.maxBytes=0", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", "-XX:+UseSerialGC",
         "-Djava.awt.headless=true", "-Dfile.encoding=UTF-8"]
GOLDENS = ["a-untied", "b-tied", "c-sharded-bf16", "d-bias-mha", "e-peaked"]
# The largest difference of a logit that is right, over the largest logit: rounding of 32 and of 16 bits.
TOLERANCE = {"fp32": 2e-4, "bf16": 6e-2}
ABOUT_TORCH = """
import json, os, torch
cuda = torch.cuda.is_available()
print(json.dumps({"folder": os.path.dirname(torch.__file__), "version": torch.__version__, "cuda": torch.version.cuda,
    "card": torch.cuda.get_device_name(0) if cuda else None,
    "memory": torch.cuda.get_device_properties(0).total_memory if cuda else None}))
"""


class Failed(Exception):
    pass


class Machine:
    """Where Java, libtorch and Python are, and how a command of coda is run here."""

    def __init__(self, given):
        self.given = given
        self.device = given.device
        self.torch = None if given.no_torch else self.about_torch()
        self.libtorch = os.environ.get("CODA_LIBTORCH") or (self.torch or {}).get("folder")
        if not self.libtorch and not given.dry_run and not given.coda:
            raise Failed("no libtorch: this Python (%s) has no torch. Start with PYTHON=/path/to/python that has it, "
                         "or set CODA_LIBTORCH to the folder of a libtorch 2.10 or newer" % sys.executable)
        self.warn_of_old()
        java = os.path.join(HERE, "java", "bin", "java")
        self.start = [given.coda] if given.coda else [java] + FLAGS + ["-cp", os.path.join(HERE, "lib", "*"), MAIN]
        self.environment = dict(os.environ)
        if self.libtorch:
            self.environment["CODA_LIBTORCH"] = self.libtorch
            places = [self.libtorch, os.path.join(self.libtorch, "lib")]
            # CUDA's libraries lie in packages beside torch.
            places += sorted(glob.glob(os.path.join(os.path.dirname(self.libtorch), "nvidia", "*", "lib")))
            before = os.environ.get("LD_LIBRARY_PATH")
            self.environment["LD_LIBRARY_PATH"] = ":".join(places + ([before] if before else []))

    def warn_of_old(self):
        """coda's native layer was built beside libtorch 2.10 and does not load beside 2.7."""
        numbers = (self.torch or {}).get("version", "").split("+")[0].split(".")[:2]
        if len(numbers) == 2 and all(n.isdigit() for n in numbers) and tuple(map(int, numbers)) < (2, 10):
            print("this torch is %s, coda needs 2.10 or newer: it may not load" % self.torch["version"],
                  file=sys.stderr)

    @staticmethod
    def about_torch():
        done = subprocess.run([sys.executable, "-c", ABOUT_TORCH], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=120)
        return json.loads(done.stdout.decode()) if done.returncode == 0 else None

    def coda(self, *arguments):
        return self.start + [str(a) for a in arguments]

    def python(self, *arguments):
        return [sys.executable, os.path.join(HERE, "steps.py"), "--shape", os.path.join(HERE, "shape.json")] \
            + [str(a) for a in arguments]

    def run(self, command, seconds, environment=None):
        """Runs to the end or to the limit; gives what it printed."""
        if seconds <= 0:
            raise Failed("no time was left")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                   env=dict(self.environment, **(environment or {})), start_new_session=True)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failed("took longer than its %.0f s" % seconds)
        if process.returncode != 0:
            lines = [line for line in err.decode(errors="replace").splitlines() if line and "incubator" not in line]
            raise Failed("exit %d: %s" % (process.returncode, lines[-1] if lines else "nothing was said"))
        return out.decode(errors="replace")


class CardMemory(threading.Thread):
    """The most that was taken of the card while a part ran, as nvidia-smi tells."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most = None
        self.over = threading.Event()
        self.tool = shutil.which("nvidia-smi")

    def run(self):
        while self.tool and not self.over.wait(0.5):
            done = subprocess.run([self.tool, "--query-gpu=memory.used", "--format=csv,noheader,nounits"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            try:
                self.most = max(self.most or 0, int(done.stdout.split()[0]) << 20)
            except (IndexError, ValueError):
                return


def tensors(path):
    """F32 and I64 tensors of a safetensors file, as lists."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    found = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            found[name] = struct.unpack("<%df" % ((end - begin) // 4), data[begin:end])
    return found


def worst(wanted, given):
    """The largest difference of the tensors NAME.logits, over the largest logit."""
    names = [name for name in given if name.endswith(".logits")]
    if not names:
        raise Failed("no logits were written")
    difference = largest = 0.0
    for name in names:
        if len(wanted[name]) != len(given[name]):
            raise Failed("%s has %d numbers, expected %d" % (name, len(given[name]), len(wanted[name])))
        difference = max([difference] + [abs(a - b) for a, b in zip(wanted[name], given[name])])
        largest = max([largest] + [abs(a) for a in wanted[name]])
    if difference != difference:
        raise Failed("a logit is not a number")
    return difference / largest


def trace_cases(path, model):
    """Decodings of a golden file that no draw and no near tie decides, as coda inspect trace --cases takes them."""
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    chosen = [c for c in cases
              if c["model"] == model and not c["alg_temp"] and not c["temperature"] and c["alg"] != "origin"
              and c["remaining_masks"] == 0 and (c["min_logit_gap"] or 0) > 1e-3
              and (c["min_confidence_gap"] is None or c["min_confidence_gap"] > 1e-5)]
    return [{"id": c["id"], "rule": c["alg"], "max_new_tokens": c["max_new_tokens"], "steps": c["steps"],
             "eps": c["eps"], "mask_candidates": "allow", "prompt": c["prompt"], "final": c["final"],
             "history": c["history"]} for c in chosen]


class Check:
    def __init__(self, machine, given, scratch):
        self.machine = machine
        self.given = given
        self.scratch = scratch
        self.rounds = given.rounds
        self.rows_short = given.rows or 8
        self.shape = ["--preset", given.preset] + (["--layers", given.layers] if given.layers else [])
        # Name, limit in seconds, what is done. The limits add up to less than the whole.
        self.parts = [
            ("logits", 70, self.logits),
            ("traces", 50, self.traces),
            ("step, coda", 80, self.coda_steps),
            ("step, PyTorch", 50, self.torch_steps),
            ("decode, coda", 70, self.decode),
            ("train 1024, coda", 60, lambda limit: self.train(limit, 1024, self.rows_short)),
            ("train 8192, coda", 60, lambda limit: self.train(limit, 8192, 1)),
            ("train, PyTorch", 60, self.torch_train),
            ("ranks", 30, self.ranks),
        ]

    def golden(self, *names):
        return os.path.join(self.given.goldens, *names)

    def dtypes(self):
        return ("fp32",) if self.given.quick else ("fp32", "bf16")

    def on(self):
        engine = [] if self.machine.device.startswith("cuda") else ["--engine", "plain"]
        return ["--device", self.machine.device] + engine

    # Each part gives lists of rows: what, how much, whether it is right (None where nothing is judged).

    def logits_commands(self):
        return [(model, dtype, ["inspect", "logits", "--model", self.golden("model", model), "--cases",
                                self.golden("model", model, "cases.json"), "--engine", "plain", "--device",
                                self.machine.device, "--dtype", dtype, "--out",
                                os.path.join(self.scratch, model + "." + dtype + ".safetensors")])
                for dtype in self.dtypes() for model in (GOLDENS[:1] if self.given.quick else GOLDENS)]

    def logits(self, limit):
        end = time.monotonic() + limit
        most = {}
        for model, dtype, command in self.logits_commands():
            self.machine.run(self.machine.coda(*command), end - time.monotonic())
            given = tensors(command[-1])
            wanted = tensors(self.golden("model", model, "cases.safetensors"))
            most[dtype] = max(most.get(dtype, 0), worst(wanted, given))
        return [{"what": "logits, " + dtype,
                 "value": "%.1e of the largest, %.0e allowed" % (most[dtype], TOLERANCE[dtype]),
                 "right": most[dtype] <= TOLERANCE[dtype], "difference": most[dtype]} for dtype in most]

    def trace_commands(self):
        return [(dtype, ["inspect", "trace", "--model", self.golden("model", "a-untied"), "--cases",
                         os.path.join(self.scratch, "trace.json"), "--engine", "plain", "--device", self.machine.device,
                         "--dtype", dtype, "--out", os.path.join(self.scratch, "trace." + dtype + ".json")])
                for dtype in self.dtypes()]

    def write_traces(self):
        cases = trace_cases(self.golden("generate", "diffusion.json"), "a-untied")
        if self.given.quick:
            cases = cases[1::5]
        with open(os.path.join(self.scratch, "trace.json"), "w", encoding="utf-8") as file:
            json.dump({"cases": cases}, file)
        return cases

    def traces(self, limit):
        end = time.monotonic() + limit
        cases = self.write_traces()
        rows = []
        for dtype, command in self.trace_commands():
            self.machine.run(self.machine.coda(*command), end - time.monotonic())
            with open(command[-1], encoding="utf-8") as file:
                given = {one["id"]: one for one in json.load(file)}
            same = sum(given[c["id"]]["history"] == c["history"] and given[c["id"]]["final"] == c["final"]
                       for c in cases)
            # Sixteen bits may decide a step otherwise; thirty-two may not.
            rows.append({"what": "traces, " + dtype, "value": "%d of %d to the token" % (same, len(cases)),
                         "right": same == len(cases) if dtype == "fp32" else None, "same": same, "cases": len(cases)})
        return rows

    def step_command(self):
        return ["bench", "step"] + self.shape + self.on() \
            + ["--dtype", "fp32,bf16", "--rounds", self.rounds, "--warm-up", 2, "--tokens", 1024, "--rows", 32,
               "--past", 512, "--json"]

    def coda_steps(self, limit):
        out = self.machine.run(self.machine.coda(*self.step_command()), limit)
        return [self.step_row("coda", line["dtype"], line) for line in json_lines(out)]

    @staticmethod
    def step_row(who, dtype, line):
        kind = "1024 tokens" if line["past"] == 0 else "32 rows, 512 cached"
        return {"what": "step, %s, %s, %s" % (kind, dtype, who),
                "value": "%.2f ms, %.1f %% of peak" % (1e3 * line["seconds"], 100 * line["of_peak"]), "right": None,
                "seconds": line["seconds"], "of_peak": line["of_peak"]}

    def torch_arguments(self, dtype, *more):
        layers = ["--layers", self.given.layers] if self.given.layers else []
        return ["--device", self.machine.device, "--dtype", dtype, "--rounds", self.rounds] + layers + list(more)

    def torch_steps(self, limit):
        self.need_torch()
        end = time.monotonic() + limit
        rows = []
        for dtype in ("fp32", "bf16"):
            command = self.machine.python(*self.torch_arguments(dtype, "--what", "step"))
            rows += [self.step_row("PyTorch", dtype, line)
                     for line in json_lines(self.machine.run(command, end - time.monotonic()))]
        return rows

    def decode_commands(self):
        return [(dtype, ["bench", "decode"] + self.shape + self.on()
                 + ["--dtype", dtype, "--block-length", 32, "--cache", "dual", "--alg", "confidence_threshold",
                    "--max-new-tokens", 64, "--repeat", 2]) for dtype in ("fp32", "bf16")]

    def decode(self, limit):
        end = time.monotonic() + limit
        rows = []
        for dtype, command in self.decode_commands():
            last = self.machine.run(self.machine.coda(*command), end - time.monotonic()).split("\n")
            fields = [line.split() for line in last if line.split()][-1]
            rows.append({"what": "decode, " + dtype + ", coda", "right": None,
                         "value": "%s tokens/s, %s forwards, %s s" % (fields[1], fields[3], fields[2]),
                         "tokens_per_second": float(fields[1]), "forwards": int(fields[3])})
        return rows

    def train_command(self, length, rows):
        return ["bench", "train"] + self.shape \
            + ["--device", self.machine.device, "--pass", "plain", "--dtype", "bf16", "--recompute", "--optimizer",
               "adafactor", "--length", length, "--rows", rows, "--rounds", 3, "--warm-up", 1, "--json"]

    def train(self, limit, length, rows):
        out = self.machine.run(self.machine.coda(*self.train_command(length, rows)), limit)
        return [self.train_row("coda", line) for line in json_lines(out)]

    @staticmethod
    def train_row(who, line):
        return {"what": "train, %d x %d, bf16, %s" % (line["rows"], line["length"], who), "right": None,
                "value": "%.0f tokens/s, %.1f %% MFU" % (line["tokens_per_second"], 100 * line["of_peak"]),
                "tokens_per_second": line["tokens_per_second"], "mfu": line["of_peak"]}

    def torch_train(self, limit):
        self.need_torch()
        end = time.monotonic() + limit
        rows = []
        for length, count in ((1024, self.rows_short), (8192, 1)):
            more = self.torch_arguments("bf16", "--what", "train", "--length", length, "--rows", count)
            out = self.machine.run(self.machine.python(*more), end - time.monotonic())
            rows += [self.train_row("PyTorch", line) for line in json_lines(out)]
        return rows

    def ranks_command(self):
        return ["bench", "ranks", "--device", self.machine.device, "--megabytes", 64, "--json"]

    def ranks(self, limit):
        line = json_lines(self.machine.run(self.machine.coda(*self.ranks_command()), limit))[0]
        kind = "NCCL" if self.machine.device.startswith("cuda") else "Gloo"
        return [{"what": "ranks, %s, one rank" % kind, "right": line["ranks"] == 1,
                 "value": "sum of 64 MB in %.2f ms" % (1e3 * line["all_reduce_seconds"]), **line}]

    def need_torch(self):
        if not self.machine.torch:
            raise Failed("this Python has no torch to compare with")

    def commands(self):
        """Every command of coda that the parts run."""
        return [c for _, _, c in self.logits_commands()] + [c for _, c in self.trace_commands()] \
            + [self.step_command()] + [c for _, c in self.decode_commands()] \
            + [self.train_command(1024, self.rows_short), self.train_command(8192, 1), self.ranks_command()]


def json_lines(text):
    found = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    if not found:
        raise Failed("no line of JSON was printed")
    return found


def check(machine, given):
    scratch = tempfile.mkdtemp(prefix="coda-gpu")
    whole = Check(machine, given, scratch)
    if given.dry_run:
        cases = whole.write_traces()
        print(json.dumps({"limits": {name: limit for name, limit, _ in whole.parts}, "seconds": WHOLE_SECONDS,
                          "traces": len(cases), "commands": [[str(a) for a in c] for c in whole.commands()]}, indent=1))
        shutil.rmtree(scratch)
        return 0
    begin = time.monotonic()
    result = {"machine": machine.torch, "libtorch": machine.libtorch, "device": machine.device, "parts": []}
    only = given.only.split(";") if given.only else None
    for name, limit, work in whole.parts:
        if only and name not in only:
            continue
        left = given.seconds - (time.monotonic() - begin)
        memory = CardMemory()
        if machine.device.startswith("cuda"):
            memory.start()
        started = time.monotonic()
        part = {"part": name, "rows": []}
        try:
            part["rows"] = work(min(limit * given.patience, left))
        except Failed as e:
            part["problem"] = str(e)
        except (OSError, ValueError, KeyError, IndexError) as e:
            part["problem"] = "%s: %s" % (type(e).__name__, e)
        memory.over.set()
        part["seconds"] = round(time.monotonic() - started, 1)
        if memory.most:
            part["card_bytes"] = memory.most
        result["parts"].append(part)
        show(part)
    result["seconds"] = round(time.monotonic() - begin, 1)
    with open(given.out, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
    shutil.rmtree(scratch)
    wrong = [row["what"] for part in result["parts"] for row in part["rows"] if row["right"] is False]
    broken = [part["part"] for part in result["parts"] if "problem" in part and "no torch" not in part["problem"]]
    print("\n%.0f s; %s; also in %s" % (result["seconds"],
                                        "wrong: " + ", ".join(wrong) if wrong else "nothing is wrong", given.out))
    if broken:
        print("not measured: " + ", ".join(broken))
    return 1 if wrong or broken else 0


def show(part):
    memory = ", card %.1f GB" % (part["card_bytes"] / 1e9) if "card_bytes" in part else ""
    print("%s (%.0f s%s)" % (part["part"], part["seconds"], memory))
    for row in part["rows"]:
        judged = {True: "right", False: "WRONG", None: ""}[row["right"]]
        print("  %-44s %-48s %s" % (row["what"], row["value"], judged))
    if "problem" in part:
        print("  not measured: " + part["problem"])
    sys.stdout.flush()


class Training:
    """Trains what lies in train/ for some minutes: a model, on shards, by config.yaml."""

    PROBED = 4  # steps, of which the last one tells how long a step takes

    def __init__(self, machine, given):
        self.machine = machine
        self.given = given
        self.folder = given.folder
        self.config = os.path.join(self.folder, "config.yaml")
        with open(os.path.join(self.folder, "run.json"), encoding="utf-8") as file:
            self.said = json.load(file)

    def card_memory(self):
        """GiB that are free, less a tenth."""
        if self.given.memory:
            return self.given.memory
        done = subprocess.run(["nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise Failed("nvidia-smi does not tell the card's memory; give it with --memory GIB")
        return 0.9 * int(done.stdout.split()[0]) / 1024

    def plan_command(self):
        return ["plan", "--config", self.config, "--model", os.path.join(self.folder, "model"), "--device", "gpu",
                "--memory", "%.2f" % self.card_memory(), "--json"]

    def text(self):
        """Where the text lies that the config mixes in, if it does."""
        folder = os.path.join(self.folder, "text")
        return ["data.text=" + folder] if os.path.isdir(folder) else []

    def overrides(self, rows, out):
        cuda = self.machine.device.startswith("cuda")
        return ["model.preset=", "model.from_ar=", "model.tokenizer=", "data.held_out=", "schedule.stop_after=",
                "model.from=" + os.path.join(self.folder, "model"), "out=" + out,
                "data.shards=" + os.path.join(self.folder, "shards"), "batch.rows=%d" % rows,
                "batch.micro_rows=%d" % rows, "compute.device=" + self.machine.device, "compute.engine=plain",
                "compute.precision=bf16", "evaluation.sequences=16", "metrics.tensorboard=false",
                "compute.recompute=" + ("true" if cuda else "false")] + self.text() + self.given.set

    def train_command(self, rows, out, *more):
        return ["train", self.said["stage"], "--config", self.config] + self.overrides(rows, out) + list(more)

    def largest_rows(self):
        plan = json.loads(self.machine.run(self.machine.coda(*self.plan_command()), 60))
        most = min(plan["most_rows"], self.given.most_rows)
        if most < 1:
            raise Failed("not even one row of %d tokens fits into %.1f GiB" % (plan["length"], self.card_memory()))
        return most

    def probe(self, rows, end):
        """Rows that fit, and seconds of a step."""
        while True:
            out = os.path.join(self.given.out, "probe-%d" % rows)
            steps = self.PROBED
            command = self.train_command(rows, out, "schedule.steps=%d" % steps, "schedule.warm_up_steps=0",
                                         "evaluation.every=0", "checkpoints.every=1000000", "metrics.report=false",
                                         "evaluation.sequences=0")
            try:
                self.machine.run(self.machine.coda(*command), end - time.monotonic())
                with open(os.path.join(out, "metrics.jsonl"), encoding="utf-8") as file:
                    seconds = [json.loads(line)["seconds"] for line in file if '"seconds"' in line]
                return rows, min(seconds[1:])
            except Failed as e:
                if "memory" not in str(e).lower() or rows == 1:
                    raise
                rows = max(1, rows // 2)
                print("%s; trying %d rows" % (e, rows), flush=True)
            finally:
                shutil.rmtree(out, ignore_errors=True)

    def run(self):
        begin = time.monotonic()
        os.makedirs(self.given.out, exist_ok=True)
        end = begin + 60 * self.given.minutes
        most = self.largest_rows()
        probed = time.monotonic()
        rows, seconds = self.probe(most, end)
        start = max(0.0, time.monotonic() - probed - self.PROBED * seconds)
        left = end - time.monotonic()
        # The start again, and a part for measuring and writing.
        steps = self.given.steps or max(2, int((0.92 * left - 1.2 * start) / seconds))
        out = os.path.join(self.given.out, "run")
        command = self.train_command(rows, out, "schedule.steps=%d" % steps,
                                     "schedule.warm_up_steps=%d" % min(100, steps // 10),
                                     "evaluation.every=%d" % max(1, steps // 4), "checkpoints.every=%d" % steps,
                                     "checkpoints.keep_last=1")
        print("%d rows, %.3f s a step: %d steps in %.0f s" % (rows, seconds, steps, left), flush=True)
        model = self.train(command, left, out)
        parts = os.path.join(self.given.out, "parts")
        print(self.machine.run(self.machine.coda("split", model, "--out", parts), 120), end="")
        for name in ("metrics.jsonl", "config.yaml", "report.html"):
            if os.path.exists(os.path.join(out, name)):
                shutil.copy(os.path.join(out, name), self.given.out)
        print("trained %.1f min; bring back %s and %s/metrics.jsonl" % ((time.monotonic() - begin) / 60, parts,
                                                                       self.given.out))
        return 0

    def train(self, command, seconds, out):
        """Trains; at the time's end the trainer finishes its step and saves."""
        process = subprocess.Popen(self.machine.coda(*command), env=self.machine.environment, stdin=subprocess.DEVNULL)
        try:
            process.wait(timeout=max(1, seconds))
        except subprocess.TimeoutExpired:
            print("the time is over: the trainer saves and ends", flush=True)
            process.terminate()
            try:
                process.wait(timeout=120)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Failed("the trainer did not end in 120 s")
        finished = os.path.join(out, "model")
        if os.path.isdir(finished):
            return finished
        kept = sorted(glob.glob(os.path.join(out, "checkpoints", "step-*")))
        if not kept:
            raise Failed("the training ended with %d and left no model" % process.returncode)
        return kept[-1]

    def dry_run(self):
        trained = self.train_command(2, os.path.join(self.given.out, "run"), "schedule.steps=10")
        print(json.dumps({"commands": [self.plan_command(), trained, ["split", "MODEL", "--out", "PARTS"]]}, indent=1))
        return 0


def main():
    parser = argparse.ArgumentParser(
        prog="run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(dest="what", required=True)
    checked = what.add_parser("check", help="goldens, benches and memory")
    checked.add_argument("--out", default="result.json", help="the file to write (default: result.json)")
    checked.add_argument("--preset", default="coda-1.7b", help="the shape that is timed (default: coda-1.7b)")
    checked.add_argument("--layers", type=int, help="only so many layers of it")
    checked.add_argument("--rows", type=int, help="rows of 1024 tokens that are trained at a time (default: 8)")
    checked.add_argument("--rounds", type=int, default=10, help="timed steps, of which the median counts (default: 10)")
    checked.add_argument("--quick", action="store_true", help="one golden model, in 32 bits alone")
    checked.add_argument("--goldens", default=os.path.join(HERE, "golden"), help="another folder of goldens")
    checked.add_argument("--only", help="parts, separated by semicolons (default: all)")
    checked.add_argument("--seconds", type=float, default=WHOLE_SECONDS,
                         help="of the whole (default: %d)" % WHOLE_SECONDS)
    checked.add_argument("--patience", type=float, default=1.0, help="factor of each part's limit (default: 1)")
    trained = what.add_parser("train", help="trains for some minutes")
    trained.add_argument("--out", default="trained", help="the folder to write (default: trained)")
    trained.add_argument("--folder", default=os.path.join(HERE, "train"), help="another folder of what is trained")
    trained.add_argument("--minutes", type=float, default=8, help="how long (default: 8)")
    trained.add_argument("--steps", type=int, help="so many steps, whatever time they take")
    trained.add_argument("--memory", type=float,
                         help="GiB of the card that may be used (default: nine tenths of what is free)")
    trained.add_argument("--most-rows", type=int, default=256, help="the largest batch to be tried (default: 256)")
    trained.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="more values of the config")
    for command in (checked, trained):
        command.add_argument("--device", default="cuda", help="cuda, cuda:N or cpu (default: cuda)")
        command.add_argument("--coda", help="another coda to be run")
        command.add_argument("--no-torch", action="store_true", help="do not ask this Python for torch")
        command.add_argument("--dry-run", action="store_true", help="print the commands and run nothing")
    given = parser.parse_args()
    try:
        machine = Machine(given)
        if given.what == "check":
            return check(machine, given)
        training = Training(machine, given)
        return training.dry_run() if given.dry_run else training.run()
    except Failed as e:
        print("coda: " + str(e), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
