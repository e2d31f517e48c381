"""The environment of a function, typed. Read once, at the first call, by `wiring`."""

from __future__ import annotations

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cryptocast.domain import COINS, DEFAULT_SYMBOLS, DataLabel
from cryptocast.errors import SettingsError


class Settings(BaseSettings):
    """Values come from the environment, upper case, e.g. `DATABASE_URL`.

    A secret is given either directly (laptop, tests) or as the name of an SSM SecureString in
    `<NAME>_PARAMETER` (AWS); `wiring` resolves the latter. `repr` never shows a secret.
    """

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, str_strip_whitespace=True)

    stage: str = "local"
    symbols: str = ",".join(DEFAULT_SYMBOLS)
    data_label: DataLabel = DataLabel.LIVE
    data_since: str | None = None
    """For replay: the date the replay began at, shown beside the label."""

    database_url: SecretStr | None = None
    database_url_parameter: str | None = None
    redis_url: SecretStr | None = None
    redis_url_parameter: str | None = None
    redis_token: SecretStr | None = None
    redis_token_parameter: str | None = None

    source_base_url: str | None = None
    """Where a replay server stands in for every vendor; None means the vendors themselves."""
    coingecko_plan: str = Field(default="keyless", pattern="^(keyless|demo|pro)$")
    """Chooses base URL and header together, so that a key never meets the wrong base. A key beside
    `keyless` is a demo key."""
    coingecko_api_key: SecretStr | None = None
    coingecko_api_key_parameter: str | None = None
    coingecko_monthly_quota: int = 10_000
    cryptocompare_api_key: SecretStr | None = None
    cryptocompare_api_key_parameter: str | None = None
    cryptocompare_monthly_quota: int = 11_000
    candles_exchange: str = Field(default="coinbase", pattern="^(coinbase|binance)$")
    reddit_client_id: SecretStr | None = None
    reddit_client_id_parameter: str | None = None
    reddit_client_secret: SecretStr | None = None
    reddit_client_secret_parameter: str | None = None
    reddit_subreddits: str = "CryptoCurrency,Bitcoin,CryptoMarkets"
    keep_full_text: bool = False
    """Store article bodies; off by default, title, summary, URL and a hash are kept."""
    post_text_hours: int = 48
    """Raw text of posts is dropped after this many hours; id, score and features stay."""
    user_agent: str = "cryptocast/0.1 (+https://github.com/cryptocast/cryptocast)"
    document_embargo_s: int = 3_600
    """Added to `published_at` where `first_seen_at` has to be estimated."""

    registry_bucket: str | None = None
    aws_endpoint_url: str | None = None
    metrics_namespace: str = "Cryptocast"
    stream_endpoint_url: str | None = None
    """The management endpoint of the WebSocket API, for pushing to connections."""
    training_cluster: str | None = None
    training_task_definition: str | None = None
    training_subnets: str = ""
    training_security_groups: str = ""
    training_cooldown_s: int = Field(default=21_600, gt=0)
    """At most one training starts in this time, however many alarms arrive."""
    shadow_cycles: int = Field(default=96, ge=0)
    """Cycles that a candidate forecasts in the champion's shadow before it is judged; 0 promotes at once."""
    mlflow_tracking_uri: str | None = None
    """Where training runs are logged too; None logs nowhere."""

    @field_validator("symbols")
    @classmethod
    def _known_symbols(cls, value: str) -> str:
        unknown = [s for s in value.split(",") if s.strip().upper() not in COINS]
        if unknown:
            raise ValueError(f"unknown coins {unknown}; known are {sorted(COINS)}")
        return value

    @property
    def symbol_list(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys(s.strip().upper() for s in self.symbols.split(",")))

    @property
    def subreddit_list(self) -> tuple[str, ...]:
        return tuple(s.strip() for s in self.reddit_subreddits.split(",") if s.strip())


def load_settings() -> Settings:
    """Read the environment; raise `SettingsError` that names each wrong variable, not its value."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"wrong settings: {wrong}") from None
