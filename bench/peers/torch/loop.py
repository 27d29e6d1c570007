"""The benchmark's net in PyTorch, three ways, each to run and to train by backpropagation through time.

Usage: python loop.py <JSON file written by torch.ts>. Lines on stdin, one answer each on stdout, in JSON:
"about" gives versions and forms; "<form> <task> <threads> check" the scores of each window and, of training, the norm of
the first layer's gradient; "<form> <task> <threads> <n>" the nanoseconds that the next n windows took.
"""

import json
import sys
import time

try:
    import torch
except ImportError:
    print(json.dumps({"missing": "torch"}), flush=True)
    sys.exit()
try:
    import snntorch
except ImportError:
    snntorch = None


class Spike(torch.autograd.Function):
    """A step forward, the slope of an arc tangent back: what snnTorch does when nothing else is asked for."""

    @staticmethod
    def forward(ctx, distance):
        ctx.save_for_backward(distance)
        return (distance > 0).float()

    @staticmethod
    def backward(ctx, gradient):
        (distance,) = ctx.saved_tensors
        return gradient / (1 + (torch.pi * distance) ** 2)


class Net(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.beta = net["beta"]
        self.hidden = linear(net["hidden"], net["inputs"])
        self.readout = linear(net["readout"], self.hidden.out_features)
        self.felt = torch.tensor(net["felt"])
        if snntorch:
            self.lif = snntorch.Leaky(beta=self.beta)
            self.li = snntorch.Leaky(beta=self.beta, reset_mechanism="none")

    def snntorch(self, window):
        """As the tutorials of snnTorch write it."""
        membrane, out = self.lif.init_leaky(), self.li.init_leaky()
        outs = []
        for x in window:
            spikes, membrane = self.lif(self.hidden(x), membrane)
            _, out = self.li(self.readout(spikes), out)
            outs.append(out)
        return torch.stack(outs).sum(0)

    def plain(self, window):
        """The same without snnTorch."""
        membrane = spikes = torch.zeros(1, self.hidden.out_features)
        out = scores = torch.zeros(1, self.readout.out_features)
        for x in window:
            membrane = self.beta * membrane + self.hidden(x) - spikes.detach()
            spikes = self.fire(membrane)
            out = self.beta * out + self.readout(spikes)
            scores = scores + out
        return scores

    def lifted(self, window):
        """One product for all inputs before the loop, one for all spikes after it."""
        carry = torch.zeros(1, self.hidden.out_features)
        raster = []
        for current in self.hidden(window).unbind():
            membrane = carry + current
            spikes = self.fire(membrane)
            carry = self.beta * membrane - spikes.detach()
            raster.append(spikes)
        return self.felt @ self.readout(torch.cat(raster))

    @staticmethod
    def fire(membrane):
        if torch.is_grad_enabled():
            return Spike.apply(membrane - 1)
        return (membrane > 1).float()


def linear(layer, inputs):
    result = torch.nn.Linear(inputs, len(layer["bias"]))
    with torch.no_grad():
        result.weight.copy_(torch.tensor(layer["weights"]).reshape(inputs, -1).T)
        result.bias.copy_(torch.tensor(layer["bias"]))
    return result


def frames(window, steps, inputs):
    result = torch.zeros(steps, 1, inputs)
    offsets = window["offsets"]
    for t in range(steps):
        result[t, 0, window["events"][offsets[t] : offsets[t + 1]]] = 1
    return result


class Bench:
    def __init__(self, net):
        self.net = Net(net)
        self.windows = [frames(window, net["steps"], net["inputs"]) for window in net["windows"]]
        self.targets = [torch.tensor([window["target"]]) for window in net["windows"]]
        self.untrained = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.optimiser = torch.optim.SGD(self.net.parameters(), lr=net["rate"])
        self.next = 0

    def run(self, form, i):
        with torch.inference_mode():
            return getattr(self.net, form)(self.windows[i])

    def train(self, form, i):
        self.optimiser.zero_grad()
        scores = getattr(self.net, form)(self.windows[i])
        torch.nn.functional.cross_entropy(scores.reshape(1, -1), self.targets[i]).backward()
        self.optimiser.step()
        return scores

    def check(self, form, task):
        scores, norms = [], []
        for i in range(len(self.windows)):
            self.net.load_state_dict(self.untrained)
            scores.append(getattr(self, task)(form, i).flatten().tolist())
            if task == "train":
                norms.append(self.net.hidden.weight.grad.norm().item())
        return {"scores": scores, "norms": norms}

    def time(self, form, task, count):
        self.net.load_state_dict(self.untrained)
        step = getattr(self, task)
        start = time.perf_counter_ns()
        for _ in range(count):
            step(form, self.next % len(self.windows))
            self.next += 1
        return time.perf_counter_ns() - start


def about():
    forms = ["snntorch"] * bool(snntorch) + ["plain", "lifted"]
    return {"torch": torch.__version__, "forms": forms, "threads": torch.get_num_threads()}


def main(path):
    with open(path) as file:
        bench = Bench(json.load(file))
    for line in sys.stdin:
        if line.strip() == "about":
            answer = about()
        else:
            form, task, threads, what = line.split()
            torch.set_num_threads(int(threads))
            answer = bench.check(form, task) if what == "check" else bench.time(form, task, int(what))
        print(json.dumps(answer), flush=True)


main(sys.argv[1])
