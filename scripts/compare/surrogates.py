"""Fits of the surrogate beside BoTorch on the same data: SAAS by NUTS, and maximum a posteriori.

usage: surrogates.py [--program P] [--rounds 3]
                     [--saas 100,200] [--map 200,1000] [--dimensions 15]

The data are of one kind: three of d inputs matter, smoothly and with an interaction, noise of a third of
the deviation; 200 further points are left out to be predicted. Scores are standardised. Round by round,
both engines fit the same data in turn, on one thread, in double precision.

SAAS: 128 iterations of warm-up, 128 draws of one chain, trees of depth 6, as AutoPEFT. BoTorch runs
NumPyro's NUTS on JAX: `cold` is the first fit of a process, compilation included; `warm` a second one of
equal shape in that process, seconds of processor time both. Ours compiles nothing. Effective samples are
NumPyro's estimate on the draws of both: the smallest over log length scales, log noise, log signal
variance and mean, by second of warm fit. The log density of the left-out scores is that of the mixture of
all draws, noise included.

Maximum a posteriori: BoTorch's SingleTaskGP with the kernel and the priors of ours (Matern-5/2 with
scales by input), fitted by its fit_gpytorch_mll from one start; ours takes the best of four. The log
marginal likelihood is of all scores at the end, priors apart.

Needs an environment with torch and botorch[fully-bayesian].
"""

import argparse
import csv
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.update(
    OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1",
    XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
HELD_OUT = 200
WARM_UP = SAMPLES = 128


def data(points, dimensions, seed):
    """Rows (part, score, inputs), standardised by the training scores."""
    import numpy

    random = numpy.random.default_rng(seed)
    inputs = random.random((points + HELD_OUT, dimensions))
    clean = (numpy.sin(5 * inputs[:, 0]) + 2 * (inputs[:, 1] - 0.4) ** 2
             + inputs[:, 2] * inputs[:, 0])
    scores = clean + clean.std() / 3 * random.standard_normal(len(clean))
    own = scores[:points]
    scores = (scores - own.mean()) / own.std()
    return inputs, scores


def write(file, points, inputs, scores):
    writer = csv.writer(file)
    writer.writerow(["part", "y", *(f"x{i + 1}" for i in range(inputs.shape[1]))])
    for index, (score, row) in enumerate(zip(scores, inputs)):
        writer.writerow(["train" if index < points else "test", repr(float(score)),
                         *(repr(float(x)) for x in row)])


def effective(quantities):
    """The smallest effective number of draws; quantities [draws, k]."""
    import numpy
    from numpyro.diagnostics import effective_sample_size

    return float(min(effective_sample_size(numpy.asarray(quantities)[None, :, k])
                     for k in range(numpy.asarray(quantities).shape[1])))


def mixture_density(model, inputs, scores):
    """Mean log density of left-out scores; the model's posterior may have a batch of draws."""
    import torch

    with torch.no_grad():
        posterior = model.posterior(inputs, observation_noise=True)
        mean, variance = posterior.mean, posterior.variance
        if mean.dim() == 2:
            mean, variance = mean[None], variance[None]
        logs = -0.5 * (torch.log(2 * math.pi * variance) + (scores - mean) ** 2 / variance)
        return float((torch.logsumexp(logs, 0) - math.log(len(logs))).mean())


def botorch_saas(points, inputs, scores, seed):
    import torch
    from botorch.fit import fit_fully_bayesian_model_nuts
    from botorch.models.fully_bayesian import SaasFullyBayesianSingleTaskGP

    x, y = torch.tensor(inputs), torch.tensor(scores)[:, None]
    found = {}
    for name in ["cold", "warm"]:
        model = SaasFullyBayesianSingleTaskGP(x[:points], y[:points])
        began = time.process_time()
        fit_fully_bayesian_model_nuts(
            model, max_tree_depth=6, warmup_steps=WARM_UP, num_samples=SAMPLES, thinning=1,
            disable_progbar=True, seed=seed)
        found[name] = time.process_time() - began
    kernel = model.covar_module
    base = getattr(kernel, "base_kernel", kernel)
    columns = [base.lengthscale.squeeze(-2).log(), model.likelihood.noise.reshape(-1, 1).log(),
               model.mean_module.constant.reshape(-1, 1)]
    if hasattr(kernel, "outputscale"):
        columns.append(kernel.outputscale.reshape(-1, 1).log())
    draws = torch.cat(columns, 1).detach()
    # A quantity that the model holds fixed has no effective number.
    draws = draws[:, draws.std(0) > 0].numpy()
    return {"cold": found["cold"], "warm": found["warm"], "effective": effective(draws),
            "density": mixture_density(model, x[points:], y[points:])}


def botorch_map(points, inputs, scores, seed):
    import torch
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import SingleTaskGP
    from gpytorch.constraints import GreaterThan
    from gpytorch.kernels import MaternKernel, ScaleKernel
    from gpytorch.likelihoods import GaussianLikelihood
    from gpytorch.mlls import ExactMarginalLogLikelihood
    from gpytorch.priors import GammaPrior, LogNormalPrior, NormalPrior

    torch.manual_seed(seed)
    x, y = torch.tensor(inputs), torch.tensor(scores)[:, None]
    d = x.shape[1]
    scales = LogNormalPrior(math.sqrt(2) + 0.5 * math.log(d), math.sqrt(3))
    kernel = ScaleKernel(
        MaternKernel(nu=2.5, ard_num_dims=d, lengthscale_prior=scales,
                     lengthscale_constraint=GreaterThan(0.025, initial_value=scales.mode)),
        outputscale_prior=GammaPrior(2.0, 1.0))
    kernel.outputscale = 1.0
    noise = LogNormalPrior(-1.0, 0.7)
    likelihood = GaussianLikelihood(
        noise_prior=noise, noise_constraint=GreaterThan(1e-4, initial_value=noise.mode))
    model = SingleTaskGP(
        x[:points], y[:points], covar_module=kernel, likelihood=likelihood, outcome_transform=None)
    model.mean_module.register_prior("constant_prior", NormalPrior(0.0, 1.0), "constant")
    mll = ExactMarginalLogLikelihood(model.likelihood, model)
    began = time.process_time()
    fit_gpytorch_mll(mll)
    seconds = time.process_time() - began
    model.train()
    with torch.no_grad():
        output = model(*model.train_inputs)
        likelihood_value = float(model.likelihood(output).log_prob(model.train_targets))
    model.eval()
    return {"warm": seconds, "likelihood": likelihood_value,
            "density": mixture_density(model, x[points:], y[points:])}


def own(program, model, path, seed):
    text = subprocess.run(
        [program, "bench", "surrogate", "--data", path, "--model", model, "--seed", str(seed),
         "--warm-up", str(WARM_UP), "--samples", str(SAMPLES)],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    result = json.loads(text)
    found = {"warm": result["seconds"], "density": result["heldOutLogDensity"]}
    if model == "map":
        return found | {"likelihood": result["logMarginalLikelihood"]}
    # (log s^2, mean, log n, log tau^2, log lambda): length scales as the other engine has them.
    draws = [[place[0], place[1], place[2], *(-0.5 * (place[3] + x) for x in place[4:])]
             for place in result["draws"][0]]
    return found | {"effective": effective(draws)}


def rows(options):
    for model, sizes in [("saas", options.saas), ("map", options.map)]:
        for points in sizes:
            for seed in range(1, options.rounds + 1):
                inputs, scores = data(points, options.dimensions, seed)
                with tempfile.TemporaryDirectory() as folder:
                    path = str(Path(folder) / "data.csv")
                    with open(path, "w", newline="", encoding="utf-8") as file:
                        write(file, points, inputs, scores)
                    ours = own(options.program, model, path, seed)
                theirs = subprocess.run(
                    [sys.executable, __file__, "--worker", model, "--dimensions",
                     str(options.dimensions), "--points", str(points), "--seed", str(seed)],
                    check=True, stdout=subprocess.PIPE, text=True).stdout
                yield model, points, seed, ours, json.loads(theirs.splitlines()[-1])


def ratio(model, ours, theirs):
    """Ours by theirs, more is better: effective samples a second, or fits a second."""
    if model == "saas":
        return ours["effective"] / ours["warm"] / (theirs["effective"] / theirs["warm"])
    return theirs["warm"] / ours["warm"]


COLUMNS = ["model", "n", "seed", "seconds", "botorch_seconds", "botorch_cold_seconds", "effective",
           "botorch_effective", "ratio", "log_likelihood", "botorch_log_likelihood", "log_density",
           "botorch_log_density"]


def line(model, points, seed, ours, theirs):
    def text(value, digits):
        return "" if value is None else f"{value:.{digits}f}"

    return [model, points, seed, text(ours["warm"], 2), text(theirs["warm"], 2),
            text(theirs.get("cold"), 2), text(ours.get("effective"), 1),
            text(theirs.get("effective"), 1), text(ratio(model, ours, theirs), 2),
            text(ours.get("likelihood"), 2), text(theirs.get("likelihood"), 2),
            text(ours["density"], 3), text(theirs["density"], 3)]


def main():
    numbers = lambda text: [int(n) for n in text.split(",") if n]  # noqa: E731
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=".build/release/autopeft")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--saas", type=numbers, default=[100, 200])
    parser.add_argument("--map", type=numbers, default=[200, 1000])
    parser.add_argument("--dimensions", type=int, default=15)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--points", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        import torch

        torch.set_num_threads(1)
        torch.set_default_dtype(torch.float64)
        inputs, scores = data(options.points, options.dimensions, options.seed)
        fit = botorch_saas if options.worker == "saas" else botorch_map
        print(json.dumps(fit(options.points, inputs, scores, options.seed)))
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    ratios = {}
    for model, points, seed, ours, theirs in rows(options):
        writer.writerow(line(model, points, seed, ours, theirs))
        sys.stdout.flush()
        ratios.setdefault((model, points), []).append(ratio(model, ours, theirs))
    for (model, points), values in ratios.items():
        print(f"{model}, n = {points}: ratio {statistics.median(values):.2f} "
              f"({min(values):.2f} to {max(values):.2f})", file=sys.stderr)


if __name__ == "__main__":
    main()
