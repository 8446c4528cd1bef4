#!/usr/bin/env python3
"""Other optimisers on a table of trained points, judged as `autopeft bench search --table` judges ours.

    tabular.py TABLE RIVAL [--trials 100] [--batch 4] [--seeds 10] [--every 25]

RIVAL is optuna-tpe, optuna-nsga2, optuna-gp (Optuna's samplers), smac-parego (SMAC's random forest on
a scalarised score and parameters), synetune-ehvi (Syne Tune's expected hypervolume improvement on
two Gaussian processes) or botorch-qlognehvi (a Gaussian process on the score, the exact
parameters, q points one after the other over all points of the table). Each is asked for `batch` points at a time, sees the score of one seed of the table, and is
judged by the hypervolume of the means over seeds. A point that tunes nothing is no trial and is asked
for again. Prints the lines of `autopeft bench search`.
"""

import argparse
import csv
import io
import lzma
import sys
import time
from pathlib import Path

import numpy as np

WIDTH, LAYERS = 64, 12
SIZES, PAIRS = (0, 4, 16), 6


class Table:
    """Scores by point: three sizes and the bits of the pairs."""

    def __init__(self, file):
        data = Path(file).read_bytes()
        text = (lzma.decompress(data) if file.endswith(".xz") else data).decode()
        head, *rows = csv.reader(io.StringIO(text))
        seeds = [title.split("-")[0] for title in head[4:]]
        self.seeds = sorted(set(seeds))
        self.scores = {}
        for row in rows:
            point = (*map(int, row[:3]), row[3])
            values = list(map(float, row[4:]))
            self.scores[point] = np.array([
                max(value for value, seed in zip(values, seeds) if seed == own)
                for own in self.seeds])
        values = [own.mean() for own in self.scores.values()]
        self.reference = (min(values), max(map(self.parameters, self.scores)))
        self.best = self.hypervolume(self.scores)

    @staticmethod
    def parameters(point):
        return 2 * WIDTH * (LAYERS // PAIRS) * point[3].count("1") * sum(point[:3])

    def hypervolume(self, points):
        """The area above the reference score and below the reference parameters."""
        area, right = 0.0, self.reference[1]
        objectives = sorted(
            {(self.scores[p].mean(), self.parameters(p)) for p in points}, key=lambda o: (-o[0], o[1]))
        for (score, count), following in zip(objectives, [*objectives[1:], (self.reference[0], 0)]):
            # Between two scores the fewest parameters of all that reach the higher one count.
            right = min(right, count)
            area += (score - following[0]) * (self.reference[1] - right)
        return area


def optuna_rival(sampler):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space = {name: optuna.distributions.IntDistribution(0, 2)
             for name in ("adapter", "parallel", "prefix")}
    space |= {f"pair{index}": optuna.distributions.CategoricalDistribution([False, True])
              for index in range(PAIRS)}

    def batches(table, seed, batch):
        study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler(seed))
        while True:
            asked = []
            while len(asked) < batch:
                trial = study.ask(space)
                sizes = [SIZES[trial.params[name]] for name in ("adapter", "parallel", "prefix")]
                bits = "".join("1" if trial.params[f"pair{i}"] else "0" for i in range(PAIRS))
                if sum(sizes) == 0 or "1" not in bits:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
                    continue
                asked.append((trial, (*sizes, bits)))
            for trial, point in asked:
                study.tell(trial, [(yield point), table.parameters(point)])

    return batches


def botorch_rival(table, seed, batch):
    import torch
    from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import ModelList, SingleTaskGP
    from botorch.models.deterministic import GenericDeterministicModel
    from botorch.models.transforms import Standardize
    from botorch.optim import optimize_acqf_discrete
    from gpytorch.mlls import ExactMarginalLogLikelihood

    torch.manual_seed(seed)
    points = sorted(table.scores)
    inputs = torch.tensor([
        [SIZES.index(size) / 2 for size in point[:3]] + [float(bit) for bit in point[3]]
        for point in points], dtype=torch.double)
    place = {tuple(row.tolist()): index for index, row in enumerate(inputs)}
    cost = torch.tensor([-table.parameters(point) / table.reference[1] for point in points],
                        dtype=torch.double)

    def exact(x):
        rows = x.reshape(-1, x.shape[-1])
        return torch.stack([cost[place[tuple(row.tolist())]] for row in rows]).reshape(
            *x.shape[:-1], 1)

    order = torch.randperm(len(points)).tolist()
    seen, scores = [], []
    for index in order[:2 * (inputs.shape[1] + 1)]:
        scores.append((yield points[index]))
        seen.append(index)
    while True:
        x = inputs[seen]
        y = torch.tensor(scores, dtype=torch.double).unsqueeze(-1)
        model = SingleTaskGP(x, y, outcome_transform=Standardize(1))
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        both = ModelList(model, GenericDeterministicModel(exact, num_outputs=1))
        acquisition = qLogNoisyExpectedHypervolumeImprovement(
            both, ref_point=[table.reference[0], -1.0], X_baseline=x, prune_baseline=True)
        left = [index for index in range(len(points)) if index not in set(seen)]
        chosen, _ = optimize_acqf_discrete(acquisition, q=batch, choices=inputs[left], unique=True)
        for row in chosen:
            index = place[tuple(row.tolist())]
            scores.append((yield points[index]))
            seen.append(index)


def smac_rival(table, seed, batch):
    import logging
    import tempfile

    from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace, OrdinalHyperparameter
    from smac import HyperparameterOptimizationFacade, Scenario
    from smac.multi_objective.parego import ParEGO
    from smac.runhistory.dataclasses import TrialValue

    logging.disable(logging.INFO)
    space = ConfigurationSpace(seed=seed)
    names = ("adapter", "parallel", "prefix")
    space.add([OrdinalHyperparameter(name, list(SIZES)) for name in names])
    space.add([CategoricalHyperparameter(f"pair{i}", ["0", "1"]) for i in range(PAIRS)])
    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(
            space, objectives=["error", "parameters"], deterministic=True, n_trials=100_000, seed=seed,
            output_directory=Path(folder))
        smac = HyperparameterOptimizationFacade(
            scenario, lambda config, seed=0: [0.0, 0.0], overwrite=True, logging_level=False,
            multi_objective_algorithm=ParEGO(scenario),
            initial_design=HyperparameterOptimizationFacade.get_initial_design(
                scenario, n_configs=2 * (len(names) + PAIRS + 1)))
        while True:
            asked = []
            while len(asked) < batch:
                trial = smac.ask()
                values = dict(trial.config)
                sizes = [values[name] for name in names]
                bits = "".join(values[f"pair{i}"] for i in range(PAIRS))
                if sum(sizes) == 0 or "1" not in bits:
                    smac.tell(trial, TrialValue(cost=[1.0, float(table.reference[1])]), save=False)
                    continue
                asked.append((trial, (*sizes, bits)))
            for trial, point in asked:
                score = yield point
                smac.tell(
                    trial, TrialValue(cost=[1 - score, float(table.parameters(point))]), save=False)


def synetune_rival(table, seed, batch):
    from syne_tune.config_space import choice, ordinal
    from syne_tune.optimizer.baselines import EHVI
    from syne_tune.optimizer.schedulers.ask_tell_scheduler import AskTellScheduler

    names = ("adapter", "parallel", "prefix")
    space = {name: ordinal(list(SIZES), kind="equal") for name in names}
    space |= {f"pair{i}": choice(["0", "1"]) for i in range(PAIRS)}
    scheduler = AskTellScheduler(
        EHVI(space, metrics=["error", "parameters"], do_minimize=True, random_seed=seed))
    while True:
        asked = []
        while len(asked) < batch:
            trial = scheduler.ask()
            sizes = [trial.config[name] for name in names]
            bits = "".join(trial.config[f"pair{i}"] for i in range(PAIRS))
            if sum(sizes) == 0 or "1" not in bits:
                scheduler.tell(trial, {"error": 1.0, "parameters": 1.0})
                continue
            asked.append((trial, (*sizes, bits)))
        for trial, point in asked:
            score = yield point
            share = table.parameters(point) / table.reference[1]
            scheduler.tell(trial, {"error": 1 - score, "parameters": share})


def rival(name):
    rivals = {
        "botorch-qlognehvi": botorch_rival, "smac-parego": smac_rival,
        "synetune-ehvi": synetune_rival}
    if name in rivals:
        return rivals[name]
    import optuna

    samplers = {
        "optuna-tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True),
        "optuna-nsga2": lambda seed: optuna.samplers.NSGAIISampler(seed=seed),
        "optuna-gp": lambda seed: optuna.samplers.GPSampler(seed=seed)}
    if name not in samplers:
        sys.exit(f"unknown rival '{name}'; there are {', '.join([*samplers, *rivals])}")
    return optuna_rival(samplers[name])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("rival")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--every", type=int, default=25)
    options = parser.parse_args()
    table, make = Table(options.table), rival(options.rival)
    print("strategy,seed,trials,hypervolume,seconds")
    for seed in range(1, options.seeds + 1):
        search, tried, start = make(table, seed, options.batch), [], time.process_time()
        point = next(search)
        while True:
            tried.append(point)
            if len(tried) % options.every == 0:
                share = table.hypervolume(tried) / table.best
                print(f"{options.rival},{seed},{len(tried)},{share:.6f},"
                      f"{time.process_time() - start:.2f}", flush=True)
            if len(tried) == options.trials:
                break
            point = search.send(float(table.scores[point][seed % len(table.seeds)]))


if __name__ == "__main__":
    main()
