"""Training speed of autopeft beside PyTorch with PEFT or adapters, measured in alternation.

usage: torch_training.py --task FILE [--program P] [--backbone DIR] [--environments DIR]
                         [--methods lora,bitfit,adapter,prefix] [--rounds 3] [--steps 20]
                         [--format table|json]

For each method the program first writes a trace of its benchmark (`autopeft bench training --trace`,
not timed). Then, round by round, the benchmark runs and PyTorch trains the same model on the same
batches, both in single precision on one thread, dropout off, each in a process of its own. The first
step of both is not timed. PyTorch pads each batch to its longest sequence; tokens are real ones in
both. A round gives one ratio of examples/s, by the clock and by processor time, which leaves out what
other programs take of the core; the table shows the median and the range of the first and the median
of the second. Peak memory is the largest resident size of a process. Losses
are those of the traced steps, PyTorch starting from the same initial tensors.

Methods: LoRA of rank 8 on query and value, all biases, Pfeiffer adapters of width 24 (seq_bn), and
prefixes of length 10 behind the MLP of width 512 that both libraries use by default.
ENVIRONMENTS holds peft/ (torch, transformers, peft, safetensors) and adapters/ (torch, adapters,
safetensors); scripts/compare/torch-training.sh makes them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

METHODS = {
    "lora": ("peft", "lora: {rank: 8, targets: [query, value]}"),
    "bitfit": ("peft", "bitfit: {}"),
    "adapter": ("adapters", "adapter: {placement: pfeiffer, bottleneck: 24}"),
    "prefix": ("adapters", "prefix: {length: 10, mlp-width: 512}"),
}
# Losses are compared over this many steps.
LOSSES = 20


def work(trace_folder, backbone):
    """The PyTorch side of one round, in an environment with torch: a line of JSON."""
    import torch
    from torch_twin import Trace, Twin, padded, versions

    torch.set_num_threads(1)
    trace = Trace(trace_folder)
    twin = Twin(trace, backbone, dropout=0.0)
    twin.load(trace.initial())
    optimizer = twin.optimizer()
    losses, seconds, processor, examples, tokens, computed = [], 0.0, 0.0, 0, 0, 0
    for number, step in enumerate(trace.steps):
        inputs = padded(step)
        began, began_processor = time.perf_counter(), time.process_time()
        losses.append(twin.step(optimizer, inputs, step["factor"]))
        if number > 0:
            seconds += time.perf_counter() - began
            processor += time.process_time() - began_processor
            examples += len(step["lengths"])
            tokens += sum(step["lengths"])
            computed += inputs["input_ids"].numel()
    print(json.dumps({
        "examples_per_second": examples / seconds, "tokens_per_second": tokens / seconds,
        "examples_per_processor_second": examples / processor,
        "computed_tokens_per_second": computed / seconds, "losses": losses,
        "versions": versions()}))


def run(command, variables=None):
    """Runs a process to its end; its output as JSON and its peak resident bytes."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, **(variables or {})})
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"torch_training: {' '.join(map(str, command))} ended with {process.returncode}")
    return json.loads(text) | {"peak": usage.ru_maxrss * 1024}


def with_processor_rate(result):
    """Our benchmark's result with its examples per second of processor time."""
    step = result["operations_per_step"] / result["training_gigaflops"] / 1e9
    return result | {
        "examples_per_processor_second":
            result["examples_per_second"] * step / result["processor_seconds_per_step"]}


def ratios(rounds, key):
    return [ours[key] / theirs[key] for ours, theirs in rounds]


def measure(method, arguments, folder):
    environment, configuration = METHODS[method]
    layers = json.loads((Path(arguments.backbone) / "config.json").read_text())["num_hidden_layers"]
    file = folder / f"{method}.yaml"
    file.write_text(
        f"version: 1\ngroups:\n  - layers: {layers}\n    methods:\n      {configuration}\n"
        "training: {batch: 32, length: 128, learning-rate: 0.001, backbone-dropout: 0}\n")
    trace = folder / f"{method}-trace"
    ours = [
        arguments.program, "bench", "training", "--backbone", arguments.backbone,
        "--task", arguments.task, "--configuration", str(file), "--threads", "1",
        "--steps", str(arguments.steps), "--format", "json"]
    theirs = [
        str(Path(arguments.environments) / environment / "bin" / "python"), __file__,
        "--worker", str(trace), "--backbone", arguments.backbone]
    threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    run([*ours, "--trace", str(trace)])
    rounds = []
    for number in range(arguments.rounds):
        rounds.append((with_processor_rate(run(ours)), run(theirs, threads)))
        clock = ratios(rounds, "examples_per_second")[-1]
        processor = ratios(rounds, "examples_per_processor_second")[-1]
        print(
            f"{method}, round {number + 1}: ratio {clock:.2f}, of processor time {processor:.2f}",
            file=sys.stderr, flush=True)
    expected = [json.loads(line)["loss"] for line in (trace / "steps.jsonl").open()]
    pairs = list(zip(expected, rounds[0][1]["losses"]))[:LOSSES]

    def median(side, key):
        return statistics.median(pair[side][key] for pair in rounds)

    clock = ratios(rounds, "examples_per_second")
    return {
        "method": method, "versions": rounds[0][1]["versions"], "rounds": arguments.rounds,
        "steps": arguments.steps,
        "ratio": {"median": statistics.median(clock), "min": min(clock), "max": max(clock)},
        "processor_ratio": statistics.median(ratios(rounds, "examples_per_processor_second")),
        "autopeft": {
            "examples_per_second": median(0, "examples_per_second"),
            "tokens_per_second": median(0, "tokens_per_second"),
            "sgemm_share": median(0, "sgemm_share"), "peak_memory_bytes": median(0, "peak")},
        "pytorch": {
            "examples_per_second": median(1, "examples_per_second"),
            "tokens_per_second": median(1, "tokens_per_second"),
            "computed_tokens_per_second": median(1, "computed_tokens_per_second"),
            "peak_memory_bytes": median(1, "peak")},
        "losses": {
            "steps": len(pairs),
            "largest_relative_difference": max(abs(a - b) / abs(a) for a, b in pairs)},
    }


def table(results):
    print("| method | autopeft ex/s | PyTorch ex/s | ratio (min–max) | of processor time | real tokens/s | PyTorch real "
          "(computed) tokens/s | sgemm share | peak MB | PyTorch peak MB | loss difference |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for result in results:
        ours, theirs, ratio = result["autopeft"], result["pytorch"], result["ratio"]
        print(
            f"| {result['method']} | {ours['examples_per_second']:.1f} "
            f"| {theirs['examples_per_second']:.1f} "
            f"| {ratio['median']:.2f} ({ratio['min']:.2f}–{ratio['max']:.2f}) "
            f"| {result['processor_ratio']:.2f} "
            f"| {ours['tokens_per_second']:.0f} | {theirs['tokens_per_second']:.0f} "
            f"({theirs['computed_tokens_per_second']:.0f}) | {ours['sgemm_share']:.2f} "
            f"| {ours['peak_memory_bytes'] / 1e6:.0f} | {theirs['peak_memory_bytes'] / 1e6:.0f} "
            f"| {result['losses']['largest_relative_difference']:.1e} "
            f"over {result['losses']['steps']} |")
    for versions in sorted({result["versions"] for result in results}):
        print(f"\n{versions}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/autopeft")
    parser.add_argument("--backbone", default="models/minilm")
    parser.add_argument("--task")
    parser.add_argument("--environments", default=".venv")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(arguments.worker, arguments.backbone)
    methods = arguments.methods.split(",")
    unknown = sorted(set(methods) - set(METHODS))
    if unknown or not arguments.task:
        parser.error(f"unknown methods {unknown}" if unknown else "--task is missing")
    with tempfile.TemporaryDirectory() as folder:
        results = [measure(method, arguments, Path(folder)) for method in methods]
    if arguments.format == "json":
        print(json.dumps(results, indent=2))
    else:
        table(results)


if __name__ == "__main__":
    main()
