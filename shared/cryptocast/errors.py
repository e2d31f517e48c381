"""Every error of Cryptocast, and what happens next.

CryptocastError
├── TransientError            the step raises; the state machine retries it, naming each subclass
│   ├── SourceUnavailable     a vendor is down, throttles or answers nonsense; the backup is asked,
│   │                         else the cycle goes on without it and says so
│   └── StoreUnavailable      Postgres, Redis or S3 does not answer
├── BadInput                  refused, never retried; the message says what to do
│   ├── InvalidRecord         one record; it goes to quarantine and the rest goes on
│   └── SettingsError         the environment lacks a value or has a wrong one
├── QuotaExceeded             a vendor's monthly budget is spent; the backup is asked
├── NotEnoughData             no row or model can be made yet; the forecast is not issued and says why
└── RegistryError
    ├── ModelNotFound         no champion for a horizon; that horizon is named as missing
    ├── CorruptArtifact       a file's SHA-256 is not its manifest's; refused at load
    └── PromotionConflict     someone else promoted meanwhile; the loser changes nothing
"""

from __future__ import annotations


class CryptocastError(Exception):
    """The root: catch it to catch all of ours."""


class TransientError(CryptocastError):
    """May succeed when tried again."""


class SourceUnavailable(TransientError):
    """A vendor did not give a usable answer; `refused`: it does not take our key, or not us (401, 403)."""

    def __init__(self, source: str, reason: str, *, refused: bool = False) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason
        self.refused = refused


class StoreUnavailable(TransientError):
    """Postgres, Redis or S3 did not answer."""


class BadInput(CryptocastError):
    """Refused: trying again will not help."""


class InvalidRecord(BadInput):
    """One record breaks its schema."""


class SettingsError(BadInput):
    """The environment lacks a value or has a wrong one."""


class QuotaExceeded(CryptocastError):
    """The vendor's budget for this month is spent."""


class NotEnoughData(CryptocastError):
    """There is too little history for what was asked."""


class RegistryError(CryptocastError):
    """The model registry refused."""


class ModelNotFound(RegistryError):
    """No such version, or no champion."""


class CorruptArtifact(RegistryError):
    """A file is not the one its manifest describes."""


class PromotionConflict(RegistryError):
    """The champion changed between reading and writing."""
