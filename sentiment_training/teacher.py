"""Knowledge distillation: a larger encoder, fine-tuned on the same examples, whose soft labels are learnt.

It is taught `FOLDS` times, each time without a fifth of the labelled texts, so that what it says of a
labelled text comes from a training that did not see it (an out-of-fold prediction). What it says of
other texts is the mean of all five.

    python -m sentiment_training.teacher --data ../shared/data --teacher FOLDER --fold 0

teaches one fold and keeps what it says; the five may run side by side. `python -m sentiment_training
--teacher FOLDER` teaches those that are absent. It needs a GPU.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import MPNetModel

from cryptocast.sentiment.standin_training import percentile
from sentiment_training import texts, train, vocabulary
from sentiment_training.kept import file_name

FOLDS = 5
EPOCHS = 3
RATE = 5e-5
MAX_TOKENS = 96
TAUGHT = {"folds": FOLDS, "epochs": EPOCHS, "rate": RATE, "max_tokens": MAX_TOKENS}
"""What names the files that are kept, beside the texts."""
ADDRESS = re.compile(r"(https?://|www\.)\S+")
MODIFIERS = re.compile(vocabulary.MODIFIERS)
EMOJI = re.compile(vocabulary.EMOJI)
SLANG = re.compile(rf"\b({'|'.join(vocabulary.SLANG)})\b", re.IGNORECASE)


@dataclass(frozen=True)
class SoftLabels:
    """What the teachers say, rows of three probabilities."""

    labelled: train.Floats
    """(n, 3) of the labelled texts to train on, each by the one teacher that was not taught it."""
    posts: train.Floats
    """(m, 3) of the posts and headlines without labels, the mean of all teachers."""
    development: train.Floats
    """(d, 3) of the development texts, which none was taught, likewise: to measure the teachers by."""


def start(base: str) -> tuple[train.Classifier, Tokenizer]:
    """MPNet from the folder or the hub's name `base`, with an untrained head, and its tokenizer."""
    encoder = MPNetModel.from_pretrained(base, add_pooling_layer=False)
    local = Path(base) / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(local)) if local.exists() else Tokenizer.from_pretrained(base)
    tokenizer.no_padding()
    pad_id, mask_id = (tokenizer.token_to_id(name) for name in ("<pad>", "<mask>"))
    return train.Classifier(encoder, pad_id=pad_id, mask_id=mask_id), tokenizer


def spelled(text: str) -> str:
    """An emoji as its name, slang as what it means, no address: words that any encoder has."""
    text = MODIFIERS.sub("", ADDRESS.sub(" ", text))
    text = EMOJI.sub(lambda found: f" {unicodedata.name(found[0], '').lower()} ", text)
    return SLANG.sub(lambda found: vocabulary.SLANG[found[0].lower()], text)


def folds(some: list[str]) -> np.ndarray:
    """(n,) 0 to `FOLDS` - 1, by each text's hash."""
    return np.array([percentile(text) % FOLDS for text in some])


def taught(given: argparse.Namespace, material: texts.Material) -> SoftLabels:
    """Teach every fold that is not kept yet, and put together what they say."""
    said = np.stack([_fold(given, k, material) for k in range(FOLDS)])
    count, posts = len(material.labelled.text), len(material.labelled.text) + len(material.posts)
    of_others = said[:, count:].mean(axis=0)
    return SoftLabels(
        said[folds(material.labelled.text), np.arange(count)],
        of_others[: posts - count],
        of_others[posts - count :],
    )


def _fold(given: argparse.Namespace, fold: int, material: texts.Material) -> train.Floats:
    """(texts, 3): what the teacher without `fold` says of labelled texts, posts and development texts."""
    labelled, own = material.labelled, material.own
    others = material.posts + material.development.text
    settings = {"fold": fold, "taught": TAUGHT, "teacher": given.teacher, "texts": own.text + others}
    kept = (given.work / file_name("teacher", given.data, settings)).with_suffix(".npy")
    if kept.exists():
        return np.asarray(np.load(kept), dtype=np.float32)
    if not torch.cuda.is_available():
        raise SystemExit("The teachers need a GPU: on a processor each of the five takes days.")
    torch.manual_seed(fold)
    model, tokenizer = start(given.teacher)
    examples = labelled.at(np.flatnonzero(folds(labelled.text) != fold)) + own
    examples = train.Examples([spelled(text) for text in examples.text], *examples.numbers())
    model = train.on_gpu(model)
    train.fit(model, tokenizer, examples, epochs=EPOCHS, rate=RATE, max_tokens=MAX_TOKENS, seed=fold)
    ids = train.encode(tokenizer, [spelled(text) for text in labelled.text + others], MAX_TOKENS)
    said = train.probabilities(model, ids).astype(np.float16)
    np.save(kept, said)
    return np.asarray(said, dtype=np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with sentiment/ and documents/")
    parser.add_argument("--teacher", required=True, help="MPNet: a folder, or its name on the hub")
    parser.add_argument("--fold", type=int, choices=range(FOLDS), required=True)
    parser.add_argument("--work", type=Path, default=Path(".local/sentiment-training"))
    texts.add_options(parser)
    parser.set_defaults(posts=texts.POSTS_TAUGHT)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    _fold(given, given.fold, texts.material(given))


if __name__ == "__main__":
    main()
