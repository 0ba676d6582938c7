"""The same steps in plain PyTorch: forward of a random model, behind a cache and without, and training.

    python steps.py --shape shape.json --device cuda --dtype bf16 --what step
    python steps.py --shape shape.json --device cuda --dtype bf16 --what train --length 1024 --rows 8

Prints a line of JSON per measurement. Written for comparison: what libtorch does when Python drives it, operation by
operation, as the plain engine does.
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint


class Shape:
    def __init__(self, config, layers):
        self.vocab = config["vocab_size"]
        self.hidden = config["hidden_size"]
        self.layers = layers or config["num_hidden_layers"]
        self.heads = config["num_attention_heads"]
        self.kv_heads = config["num_key_value_heads"]
        self.head = config["head_dim"]
        self.middle = config["intermediate_size"]
        self.eps = config["rms_norm_eps"]
        self.theta = config["rope_theta"]

    def layer_products(self):
        q, kv = self.heads * self.head, self.kv_heads * self.head
        return {"q": (q, self.hidden), "k": (kv, self.hidden), "v": (kv, self.hidden), "o": (self.hidden, q),
                "gate": (self.middle, self.hidden), "up": (self.middle, self.hidden),
                "down": (self.hidden, self.middle)}

    def parameters(self):
        layer = sum(a * b for a, b in self.layer_products().values()) + 2 * self.hidden + 2 * self.head
        return 2 * self.vocab * self.hidden + self.layers * layer + self.hidden


def weights(shape, device, dtype, trained):
    """One dictionary per layer, and the table, the head and the last norm."""
    torch.manual_seed(1)

    def make(*size):
        w = torch.randn(*size, device=device, dtype=torch.float32).mul_(0.02).to(dtype)
        return w.requires_grad_(trained)

    def ones(size):
        return torch.ones(size, device=device, dtype=torch.float32).requires_grad_(trained)

    layers = []
    for _ in range(shape.layers):
        layer = {name: make(*size) for name, size in shape.layer_products().items()}
        layer.update(norm1=ones(shape.hidden), norm2=ones(shape.hidden),
                     qnorm=ones(shape.head), knorm=ones(shape.head))
        layers.append(layer)
    return layers, make(shape.vocab, shape.hidden), make(shape.vocab, shape.hidden), ones(shape.hidden)


def norm(x, weight, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


def layer_forward(x, w, angles, shape, dtype, past=None):
    """x is F32 [B, T, D]; products and attention run in dtype. Gives the output and the keys and values."""
    batch, tokens, _ = x.shape
    h = norm(x, w["norm1"], shape.eps).to(dtype)

    def heads(name, count):
        return F.linear(h, w[name].to(dtype)).view(batch, tokens, count, shape.head).transpose(1, 2)

    q = rotate(norm(heads("q", shape.heads).float(), w["qnorm"], shape.eps), *angles).to(dtype)
    k = rotate(norm(heads("k", shape.kv_heads).float(), w["knorm"], shape.eps), *angles).to(dtype)
    v = heads("v", shape.kv_heads)
    if past is not None:
        k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
    group = shape.heads // shape.kv_heads
    mixed = F.scaled_dot_product_attention(q, k.repeat_interleave(group, 1), v.repeat_interleave(group, 1))
    x = x + F.linear(mixed.transpose(1, 2).reshape(batch, tokens, -1), w["o"].to(dtype)).float()
    g = norm(x, w["norm2"], shape.eps).to(dtype)
    gated = F.silu(F.linear(g, w["gate"].to(dtype))) * F.linear(g, w["up"].to(dtype))
    return x + F.linear(gated, w["down"].to(dtype)).float(), (k, v)


def angles(shape, start, tokens, device):
    inverse = shape.theta ** (-torch.arange(0, shape.head, 2, device=device, dtype=torch.float64) / shape.head)
    turns = torch.outer(torch.arange(start, start + tokens, device=device, dtype=torch.float64), inverse)
    both = torch.cat((turns, turns), -1)
    return both.cos().float(), both.sin().float()


def wait(device):
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def median_seconds(work, device, warm_up, rounds):
    times = []
    for i in range(warm_up + rounds):
        wait(device)
        begin = time.perf_counter()
        work()
        wait(device)
        if i >= warm_up:
            times.append(time.perf_counter() - begin)
    return statistics.median(times)


def peak(device, dtype):
    size = 8192 if device.startswith("cuda") else 1024
    a = torch.rand(size, size, device=device).mul_(2).sub_(1).to(dtype)
    best = min(median_seconds(lambda: a @ a.T, device, 1, 1) for _ in range(4))
    return 2.0 * size ** 3 / best


def proposals(x, model, shape, dtype):
    """What decoding needs of the last rows: token, probability, margin and entropy."""
    logits = F.linear(norm(x[:, -32:], model[3], shape.eps).to(dtype), model[2].to(dtype)).float()
    p = logits.softmax(-1)
    top = p.topk(2, -1)
    entropy = -(p * (p + 1e-10).log()).sum(-1)
    return top.indices[..., 0].cpu(), top.values.cpu(), entropy.cpu()


@torch.no_grad()
def steps(shape, device, dtype, rounds):
    model = weights(shape, device, dtype, False)
    ids = torch.randint(0, shape.vocab, (1, 1024), device=device)

    def forward(tokens, start, pasts):
        x = F.embedding(tokens, model[1]).float()
        turned = angles(shape, start, tokens.shape[1], device)
        kept = []
        for i, w in enumerate(model[0]):
            x, kv = layer_forward(x, w, turned, shape, dtype, pasts[i] if pasts else None)
            kept.append(kv)
        return proposals(x, model, shape, dtype), kept

    full = median_seconds(lambda: forward(ids, 0, None), device, 2, rounds)
    pasts = forward(ids[:, :512], 0, None)[1]
    block = median_seconds(lambda: forward(ids[:, 512:544], 512, pasts), device, 2, rounds)
    best = peak(device, dtype)
    for rows, past, seconds in ((1024, 0, full), (32, 512, block)):
        products = sum(a * b for a, b in shape.layer_products().values()) * shape.layers
        work = 2.0 * products * rows + 4.0 * rows * (rows + past) * shape.heads * shape.head * shape.layers
        work += 2.0 * 32 * shape.hidden * shape.vocab
        line = {"rows": rows, "past": past, "seconds": seconds, "of_peak": work / seconds / best}
        print(json.dumps(line), flush=True)


def train(shape, device, dtype, rows, length, rounds):
    model = weights(shape, device, torch.float32, True)
    flat = [w for layer in model[0] for w in layer.values()] + list(model[1:])
    kind = getattr(torch.optim, "Adafactor", torch.optim.SGD)
    optimizer = kind(flat, lr=1e-4)
    ids = torch.randint(0, shape.vocab, (rows, length), device=device)
    masked = (torch.rand(rows, length, device=device) < 0.5).nonzero()
    turned = angles(shape, 0, length, device)

    def chunk_loss(x, targets):
        return F.cross_entropy(F.linear(norm(x, model[3], shape.eps).to(dtype), model[2].to(dtype)).float(), targets,
                               reduction="sum")

    def step():
        x = F.embedding(ids, model[1])
        for w in model[0]:
            x = checkpoint(lambda h, w=w: layer_forward(h, w, turned, shape, dtype)[0], x, use_reentrant=False)
        hidden, targets = x[masked[:, 0], masked[:, 1]], ids[masked[:, 0], masked[:, 1]]
        loss = sum(checkpoint(chunk_loss, hidden[i:i + 1024], targets[i:i + 1024], use_reentrant=False)
                   for i in range(0, len(targets), 1024))
        (loss / (rows * length)).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)

    seconds = median_seconds(step, device, 1, rounds)
    work = 6.0 * shape.parameters() * rows * length
    work += 12.0 * rows * length * length * shape.heads * shape.head * shape.layers
    line = {"rows": rows, "length": length, "seconds": seconds, "tokens_per_second": rows * length / seconds,
            "of_peak": work / seconds / peak(device, dtype), "optimizer": type(optimizer).__name__}
    if device.startswith("cuda"):
        line["device_bytes"] = torch.cuda.max_memory_allocated()
    print(json.dumps(line), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", required=True)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtype", default="bf16", choices=("bf16", "fp32"))
    parser.add_argument("--what", default="step", choices=("step", "train"))
    parser.add_argument("--layers", type=int)
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--length", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with open(given.shape, encoding="utf-8") as file:
        shape = Shape(json.load(file), given.layers)
    dtype = torch.bfloat16 if given.dtype == "bf16" else torch.float32
    if given.what == "step":
        steps(shape, given.device, dtype, given.rounds)
    else:
        train(shape, given.device, dtype, given.rows, given.length, given.rounds)


if __name__ == "__main__":
    main()
