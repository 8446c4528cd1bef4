"""Every method in every format that holds it, loaded by the real library: the matrix of
docs/exports.md.

usage: run.py PROGRAM BACKBONE DOCUMENT [--task TASK] LIBRARY=PYTHON…

The methods come from `autopeft methods`, the formats, their libraries and refusals from
`autopeft export --list`; mixtures.yaml adds configurations. Each trains 30 steps (by default on
telling the long sentences of sentences.tsv from the short ones), and the logits of these 64 are
compared with those of `autopeft predict`, one sentence at a time. A library is
loaded by load_with_LIBRARY.py under PYTHON; it may be given twice, and the second environment is
asked for what the first refuses. Ends with 1 where a difference is above the limit.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import yaml

LIMIT = 1e-4
HERE = pathlib.Path(__file__).resolve().parent
BEGIN, END = "<!-- make interop: begin -->", "<!-- make interop: end -->"
LAYERS = 6


def run(*command):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"interop: {' '.join(map(str, command))} ended with {done.returncode}")
    return done.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def configurations(program, backbone):
    """Names and configurations: every method that the backbone takes, with its defaults in all
    layers, then the mixtures."""
    methods = {}
    for method in lines(run(program, "methods", "--backbone", backbone, "--format", "jsonl")):
        if method["refusal"] is not None:
            continue
        name, instance = method["method"], {method["method"]: {}}
        layers = instance if method["scope"] == "layer" else {}
        methods[name] = {"groups": [{"layers": LAYERS, "methods": layers}]}
        if method["scope"] == "model":
            methods[name]["model"] = instance
    mixtures = yaml.safe_load((HERE / "mixtures.yaml").read_text(encoding="utf-8"))
    return methods, mixtures


def trained(program, backbone, task, all_configurations, work):
    """Trains every configuration as a trial of one run; trial n is configuration n."""
    space = {
        "version": 1, "groups": {"sizes": [LAYERS]}, "each-group": ["lora"],
        "methods": {"lora": {"rank": {"ordinal": [1, 2]}}},
        "training": {"epochs": 10, "batch": 16, "learning-rate": 0.002, "examples": 48},
        "start": all_configurations,
    }
    file = work / "interop.yaml"
    file.write_text("references: off\n" + yaml.dump(space), encoding="utf-8")
    run(program, "search", file, "--backbone", backbone, "--task", task, "--run", "interop",
        "--runs-dir", work, "--trials", len(all_configurations), "--strategy", "random",
        "--keep", "all", "--parallel", 2)


def exported(program, work, trial):
    """Writes a trial in every format that holds it: the list, with a folder for each export."""
    run_of = ["interop", "--runs-dir", work, "--trial", trial]
    offers = lines(run(program, "export", *run_of, "--list", "--format", "jsonl"))
    predictions = run(
        program, "predict", *run_of, "--task", work / "sentences.yaml",
        "--input", HERE / "sentences.tsv")
    for offer in offers:
        if offer["holds"] == "refused":
            continue
        folder = work / "exports" / f"{trial}-{offer['format']}"
        folder.mkdir(parents=True)
        done = subprocess.run(
            [program, "export", *map(str, run_of), "--format", offer["format"], "--check",
             "--output", str(folder / "export")], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"interop: export of trial {trial}: {done.stderr}")
        offer["own"] = float(re.search(r"difference (\S+) on", done.stderr).group(1))
        (folder / "predictions.jsonl").write_text(predictions, encoding="utf-8")
        offer["folder"] = str(folder)
    return offers


def compare(offers, pythons, backbone):
    """Adds `largest` to every offer that is held, from the library that loads it."""
    held = [offer for offer in offers if "folder" in offer]
    libraries = sorted({offer["library"] for offer in held})
    for library in libraries:
        if library != "autopeft" and library not in pythons:
            raise SystemExit(f"interop: no environment is given for {library}")
    versions = {}
    with ThreadPoolExecutor() as pool:
        for found in pool.map(
                lambda library: compare_library(
                    library, [offer for offer in held if offer["library"] == library],
                    pythons.get(library, []), backbone), libraries):
            versions |= found
    return versions


def compare_library(library, offers, pythons, backbone):
    """What one library says of its offers; each further environment is asked for what is left."""
    if library == "autopeft":  # this program reads its own format: export --check has done so
        for offer in offers:
            offer["largest"] = offer["own"]
    versions, left = {}, [offer for offer in offers if "largest" not in offer]
    for number, python in enumerate(pythons):
        if not left:
            break
        results = lines(run(
            python, HERE / f"load_with_{library}.py", backbone,
            *(offer["folder"] for offer in left)))
        for offer, result in zip(left, results, strict=True):
            offer.pop("error", None)
            offer |= {key: result[key] for key in ("largest", "error") if key in result}
            if "largest" in result:
                offer["environment"] = number
                versions[(library, number)] = result["library"]
        left = [offer for offer in left if "error" in offer]
    return versions


def cell(offer, reasons, notes):
    if offer["holds"] == "refused":
        return f"({reasons.setdefault(offer['note'], len(reasons) + 1)})"
    if "largest" not in offer:
        return f"**{offer['error']}**"
    sign = notes[offer.get("environment", 0)]
    word = "" if offer["holds"] == "exactly" else "converted "
    return f"{word}{offer['largest']:.1e}{sign}"


def matrix(methods, mixtures, offers, versions):
    formats = [offer["format"] for offer in offers[0]]
    reasons, notes = {}, ["", " *", " **"]
    text = []
    names = list(methods) + list(mixtures)
    for title, rows in [("method with its defaults", methods), ("configuration", mixtures)]:
        text += ["| " + " | ".join([title] + [f"`{name}`" for name in formats]) + " |",
                 "|---" * (len(formats) + 1) + "|"]
        for name in rows:
            shown = f"`{name}`" if name in methods else name
            cells = [cell(offer, reasons, notes) for offer in offers[names.index(name)]]
            text.append("| " + " | ".join([shown] + cells) + " |")
        text.append("")
    for (library, number), words in sorted(versions.items()):
        text.append(f"* {library}{notes[number]}: {words}")
    text += ["", "Refused, in the program's words:", ""]
    text += [f"{number}. {reason}" for reason, number in reasons.items()]
    return "\n".join(text)


def sentences(work):
    """The sentences as a task file: 48 are trained on, 16 validate, labels say which are long."""
    rows = [line.split("\t") for line in
            (HERE / "sentences.tsv").read_text(encoding="utf-8").splitlines()]
    length = sorted(len(text) for text, _ in rows[1:])[len(rows) // 2]
    lines = ["\t".join(rows[0] + ["label"])] + [
        "\t".join(row + ["long" if len(row[0]) > length else "short"]) for row in rows[1:]]
    (work / "sentences.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = work / "sentences.yaml"
    file.write_text(
        "kind: pair-classification\nmetric: accuracy\nlabels: [short, long]\n"
        "columns: {text: text, pair: pair, label: label}\ntrain: sentences.tsv\n"
        "validation: {share: 0.25}\n", encoding="utf-8")
    return file


def main(program, backbone, document, *arguments):
    task = arguments[arguments.index("--task") + 1] if "--task" in arguments else None
    pythons = {}
    for entry in arguments:
        library, equals, python = entry.partition("=")
        if equals:
            pythons.setdefault(library, []).append(python)
    methods, mixtures = configurations(program, backbone)
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        own = sentences(work)
        every = list((methods | mixtures).values())
        trained(program, backbone, task or own, every, work)
        with ThreadPoolExecutor(2) as pool:
            offers = list(pool.map(
                lambda trial: exported(program, work, trial), range(1, len(every) + 1)))
        held = [offer for row in offers for offer in row]
        versions = compare(held, pythons, backbone)
    text = matrix(methods, mixtures, offers, versions)
    print(text)
    page = pathlib.Path(document).read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    pathlib.Path(document).write_text(
        f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    failed = [offer for offer in held if "folder" in offer and not offer.get("largest", 1) <= LIMIT]
    for offer in failed:
        print(f"interop: {offer['folder']}: {offer.get('error') or offer['largest']}",
              file=sys.stderr)
    return 1 if failed or not held else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
