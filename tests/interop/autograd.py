"""Gradients of spiking nets by PyTorch's autograd, float64: cases as JSON on stdin, one result a case as JSON on stdout.

Written from docs/ARITHMETIC.md by itself: it shares no code and no structure with tests/reference. The form of a case is
`Net` and `Lesson` of tests/reference/net.ts; an absent bound is null.
"""

import json
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
REACH = 16


def vector(values):
    return torch.tensor(values, dtype=torch.float64)


class Spike(torch.autograd.Function):
    """A step forwards, a surrogate backwards."""

    @staticmethod
    def forward(ctx, away, fired, shape, width, height):
        ctx.save_for_backward(away, width, height)
        ctx.shape = shape
        return fired

    @staticmethod
    def backward(ctx, grad):
        away, width, height = ctx.saved_tensors
        u = away / width
        if ctx.shape == "triangle":
            h = torch.clamp(1 - u.abs(), min=0)
        elif ctx.shape == "fast-sigmoid":
            h = 1 / (1 + u.abs()) ** 2
        elif ctx.shape == "sigmoid":
            s = torch.sigmoid(u)
            h = 4 * s * (1 - s)
        elif ctx.shape == "arctan":
            h = 1 / (1 + u * u)
        else:
            h = (u.abs() <= 1).to(u)
        h = torch.where(u.abs() < REACH, h, torch.zeros_like(h))
        return grad * height * h, None, None, None, None


class FirstSpike(torch.autograd.Function):
    """Steps x outputs of spikes to the number of the first one; the gradient, negated, meets the spike at that step."""

    @staticmethod
    def forward(ctx, spikes, before):
        steps = spikes.shape[0]
        silent = (spikes > 0).sum(0) == 0
        first = torch.where(silent, steps - 1, (spikes > 0).to(torch.int8).argmax(0))
        ctx.save_for_backward(first)
        ctx.shape = spikes.shape
        return first.to(spikes) + 1 + before

    @staticmethod
    def backward(ctx, grad):
        (first,) = ctx.saved_tensors
        back = torch.zeros(ctx.shape)
        back[first, torch.arange(ctx.shape[1])] = -grad
        return back, None


class Through(torch.autograd.Function):
    """Bounds that let the gradient pass."""

    @staticmethod
    def forward(ctx, u, lower):
        return torch.clamp(u, min=lower)

    @staticmethod
    def backward(ctx, grad):
        return grad, None


class Layer:
    def __init__(self, index, spec):
        self.index = index
        self.spec = spec
        self.spiking = spec["kind"] == "lif"
        n = spec["neurons"]
        tensor = vector
        self.weights = [vector(p["weights"]).reshape(p["inputs"], n).requires_grad_() for p in spec["paths"]]
        self.bias = vector(spec["bias"]).requires_grad_()
        self.decay, self.theta, self.v_reset = (vector(spec[k]) for k in ("decay", "threshold", "vReset"))
        self.u = torch.zeros(n)
        self.i = torch.zeros(n)
        self.a = torch.zeros(n)
        self.fired = torch.zeros(n)
        self.outs = []
        # what recurrent paths carry: no part of what the layer hands down of a step alone
        self.echoes = []
        if self.spiking:
            self.width, self.height = (vector(spec["surrogate"][k]) for k in ("width", "height"))

    def source(self, layers, path, x, t):
        if path["source"] < 0:
            return x
        other = layers[path["source"]]
        if path["source"] < self.index:
            return other.outs[t]
        return other.echoes[t - 1] if t > 0 else torch.zeros(path["inputs"])

    def advance(self, layers, x, t):
        spec = self.spec
        drive = self.bias
        now = torch.zeros(spec["neurons"])
        for path, weights in zip(spec["paths"], self.weights):
            z = self.source(layers, path, x, t)
            drive = drive + (z if path["returns"] == "carried" else z.detach()) @ weights
            if path["returns"] == "present":
                # adds nothing to the value, and to the gradient what the source does to this step alone
                now = now + (z - z.detach()) @ weights.detach()
        if "current" in spec:
            self.i = vector(spec["current"]["decay"]) * self.i + drive
            drive = self.i
        due = self.fired if spec["resetAt"] == "next" else torch.zeros_like(self.fired)
        reset = spec["reset"]
        u = self.u
        if reset == "subtract-scaled":
            u = u - due * self.theta
        if reset == "zero":
            u = torch.where(due > 0, self.v_reset, u)
        u = self.decay * u + drive
        if reset == "subtract":
            u = u - due * self.theta
        if reset == "zero-step":
            u = torch.where(due > 0, self.v_reset, u)
            now = torch.where(due > 0, torch.zeros_like(now), now)
        if spec["lower"] is not None:
            u = Through.apply(u, spec["lower"])
        if not self.spiking:
            self.u = u
            self.outs.append(u + now)
            self.echoes.append(u)
            return
        threshold = self.theta
        if "adaptation" in spec:
            threshold = threshold + vector(spec["adaptation"]["strength"]) * self.a
        above = u >= threshold if spec["orEqual"] else u > threshold
        self.fired = above.to(u).detach()
        shape = spec["surrogate"]["shape"]
        self.outs.append(Spike.apply(u + now - threshold, self.fired, shape, self.width, self.height))
        echo = Spike.apply(u - threshold, self.fired, shape, self.width, self.height)
        self.echoes.append(echo)
        if "adaptation" in spec:
            self.a = vector(spec["adaptation"]["decay"]) * self.a + echo
        if spec["resetAt"] == "now" and reset == "subtract":
            u = u - self.fired * self.theta
        if spec["resetAt"] == "now" and reset == "zero":
            u = torch.where(self.fired > 0, self.v_reset, u)
        self.u = u


def compare(loss, v, lesson, row=None):
    v = lesson["scale"] * v
    target = lesson["target"]
    if loss["kind"] == "cross-entropy":
        wanted = torch.eye(len(v))[target] if row is None else vector(row)
        return -(wanted * torch.log_softmax(v, 0)).sum()
    if row is None:
        row = [lesson["off"]] * len(v)
        row[target] = lesson["on"]
    return ((v - vector(row)) ** 2).sum() / 2


def loss_of(lesson, outputs):
    loss, start, end = lesson["loss"], lesson["from"], lesson["to"]
    y = outputs[start:end]
    if loss["of"] == "count":
        return compare(loss, y.sum(0), lesson)
    if loss["of"] == "membrane":
        when = loss["when"]
        if when == "every":
            rows = lesson.get("rows")
            return sum(compare(loss, v, lesson, rows and rows[start + n]) for n, v in enumerate(y))
        return compare(loss, {"last": lambda: y[-1], "max": lambda: y.max(0).values, "sum": lambda: y.sum(0)}[when](), lesson)
    first = FirstSpike.apply(y, start)
    if loss["kind"] == "cross-entropy":
        return compare(loss, 1 / first if loss["inverted"] else end - first, lesson)
    if loss["relative"]:
        lesson = {**lesson, "off": lesson["off"] + lesson["scale"] * first[lesson["target"]].item()}
    return compare(loss, first, lesson)


def beside(layer, lesson):
    """The loss that a regulariser and feedback without an error stand for."""
    z = torch.stack(layer.outs)
    total = torch.zeros(())
    feedback, regulariser = layer.spec["feedback"], layer.spec["regulariser"]
    if feedback and feedback["signal"] != "random":
        heard = z[lesson["from"] : lesson["to"]] @ vector(feedback["weights"]).reshape(z.shape[1], -1)
        if feedback["signal"] == "reward":
            total = total + lesson["reward"] * heard.sum()
        elif feedback["signal"] == "target":
            total = total - heard[:, lesson["target"]].sum()
        else:
            scale = feedback["logit"]
            total = total - torch.log_softmax(scale * heard, 1)[:, lesson["target"]].sum() / scale
    if regulariser:
        rate = z.detach().mean(0)
        push = torch.zeros_like(rate)
        if regulariser["lower"] is not None:
            push -= torch.clamp(regulariser["lower"] - rate, min=0)
        if regulariser["rate"] is not None:
            push += rate - regulariser["rate"]
        upper = regulariser["upper"]
        if upper:
            excess = (rate if upper["norm"] == "each" else rate.mean()) - upper["bound"]
            push += (excess > 0) * 2**-4 if upper["norm"] == "l1" else torch.clamp(excess, min=0)
        total = total + regulariser["strength"] * (z * push).sum()
    return total


def gradients(case):
    net, lesson = case["net"], case["lesson"]
    layers = [Layer(p, spec) for p, spec in enumerate(net["populations"])]
    inputs = vector(lesson["inputs"])
    last = layers[-1]
    for t, x in enumerate(inputs):
        for layer in layers:
            layer.advance(layers, x, t)
    outputs = torch.stack(last.outs)
    for layer in layers:
        feedback = layer.spec["feedback"]
        if not feedback or feedback["signal"] != "random":
            continue
        z = torch.stack(layer.outs)
        effect = (z - z.detach()) @ vector(feedback["weights"]).reshape(z.shape[1], -1)
        if feedback["filtered"] and not last.spiking:
            kept = [effect[0]]
            for row in effect[1:]:
                kept.append(last.decay * kept[-1] + row)
            effect = torch.stack(kept)
        outputs = outputs + effect
    loss = loss_of(lesson, outputs) + sum(beside(layer, lesson) for layer in layers)
    loss.backward()
    of = lambda tensor: [0.0] * tensor.numel() if tensor.grad is None else tensor.grad.flatten().tolist()
    return [{"paths": [of(w) for w in layer.weights], "bias": of(layer.bias)} for layer in layers]


json.dump([gradients(case) for case in json.load(sys.stdin)], sys.stdout)
