// Generated from openapi.json by scripts/api-types.mjs: do not edit.

export interface paths {
  '/v1/bars/{symbol}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Bars
     * @description The newest 15-minute bars of a coin, oldest first.
     */
    get: operations['get_bars_v1_bars__symbol__get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/closes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Closes
     * @description The newest closes of every coin's 15-minute bars, in one read; 97 are 24 hours and their beginning.
     */
    get: operations['get_closes_v1_closes_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/documents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Documents
     * @description News and posts with their sentiment, newest first. Titles and links only, no bodies.
     */
    get: operations['get_documents_v1_documents_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/features/{symbol}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Features
     * @description The newest feature row of a coin (or the one at `as_of`), each feature with its definition.
     */
    get: operations['get_features_v1_features__symbol__get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/forecasts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Forecasts
     * @description The latest forecast of every coin and horizon, with the price.
     *
     *     Read from Redis, and kept for ten seconds; from Postgres, and saying so, where Redis is gone.
     */
    get: operations['get_forecasts_v1_forecasts_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/forecasts/{symbol}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Coin Forecasts
     * @description One coin's latest forecasts and, with `history`, past ones with what came of them.
     *
     *     The record is append-only: a forecast is never changed after it was issued.
     */
    get: operations['get_coin_forecasts_v1_forecasts__symbol__get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Health
     * @description The state of every part. 503 where neither store answers, else 200 with the worst of the parts.
     */
    get: operations['get_health_v1_health_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Models
     * @description Champion and candidate of each horizon, and the sentiment model: trained on what, and how it did.
     */
    get: operations['get_models_v1_models_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models/sentiment/card': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Sentiment Card
     * @description The model card of the sentiment champion, or of another `version`, as a page or as JSON.
     *
     *     As with a price model's card, it is the file as it was registered, its SHA-256 checked.
     */
    get: operations['get_sentiment_card_v1_models_sentiment_card_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models/{horizon}/card': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Model Card
     * @description The model card of a horizon's champion, or of another `version`, as a page or as JSON.
     *
     *     It is the file as it was registered, its SHA-256 checked against the version's manifest; so it has none
     *     of the fields of the other answers. Its `data.label` says which data the model was made from.
     */
    get: operations['get_model_card_v1_models__horizon__card_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/outcomes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Outcomes
     * @description What came of past forecasts: how many calls were right, and the last ones one by one.
     *
     *     Every forecast with an outcome counts, whichever model version made it; without its close it has none.
     */
    get: operations['get_outcomes_v1_outcomes_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/predict': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Post Predict
     * @description What the champion of a horizon says of one feature row; nothing is stored.
     */
    post: operations['post_predict_v1_predict_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/record/head': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Record Head
     * @description The head that was published last, once a day. `as_of` is its last forecast's.
     *
     *     `stale` where the head of a later day has been due for two cycles; a day without forecasts has none, too.
     */
    get: operations['get_record_head_v1_record_head_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sentiment': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Post Sentiment
     * @description Bearish, neutral and bullish probabilities of a few texts; nothing is stored.
     *
     *     Up to 16 texts and 4,000 characters together; whole files, with a column `text`, are for
     *     `cryptocast sentiment score --in TEXTS.parquet --out SCORED.parquet`.
     */
    post: operations['post_sentiment_v1_sentiment_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * Bar
     * @description One OHLCV interval: stamped at its open, known at its close.
     */
    Bar: {
      /** Close */
      close: number;
      /**
       * Closed At
       * Format: date-time
       */
      closed_at: string;
      /** High */
      high: number;
      /** Low */
      low: number;
      /** Open */
      open: number;
      /**
       * Opened At
       * Format: date-time
       */
      opened_at: string;
      /**
       * Source
       * @description Who served the prices.
       */
      source: string;
      /** Taker Buy Volume */
      taker_buy_volume?: number | null;
      /** Trade Count */
      trade_count?: number | null;
      /**
       * Volume
       * @description In units of the coin; null while no exchange served it.
       */
      volume: number | null;
      /**
       * Volume Source
       * @description Who served the volume.
       */
      volume_source?: string | null;
    };
    /** BarsAnswer */
    BarsAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /**
       * Bars
       * @description Oldest first, as a chart wants them.
       */
      bars: components['schemas']['Bar'][];
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /** Interval S */
      interval_s: number;
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
      /** Symbol */
      symbol: string;
    };
    /**
     * Calibration
     * @description p_up = 1 / (1 + exp(-(slope * margin + intercept))); the margin is log-odds, as contributions are.
     */
    Calibration: {
      /** Intercept */
      intercept: number;
      /**
       * Slope
       * @description 0 where the margins order nothing: every p_up is then the base rate.
       */
      slope: number;
    };
    /**
     * Call
     * @enum {string}
     */
    Call: 'up' | 'down' | 'abstain';
    /**
     * Check
     * @description One check of the gate.
     */
    Check: {
      /**
       * Allowed
       * @description The bound that it was held against.
       */
      allowed?: number | null;
      /**
       * Figure
       * @description What was measured.
       */
      figure?: number | null;
      /** Name */
      name: string;
      /** Passed */
      passed: boolean;
      /**
       * Said
       * @description The same in words.
       */
      said: string;
    };
    /**
     * Close
     * @description What a bar closed at.
     */
    Close: {
      /**
       * Close
       * @description USD.
       */
      close: number;
      /**
       * Closed At
       * Format: date-time
       */
      closed_at: string;
    };
    /** ClosesAnswer */
    ClosesAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /** Coins */
      coins: components['schemas']['CoinCloses'][];
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /** Interval S */
      interval_s: number;
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
    };
    /** CoinCloses */
    CoinCloses: {
      /**
       * As Of
       * @description When the newest bar closed; null where there is none.
       */
      as_of: string | null;
      /**
       * Closes
       * @description Oldest first.
       */
      closes: components['schemas']['Close'][];
      /**
       * Stale
       * @description The newest bar is older than two cycles, or absent.
       */
      stale: boolean;
      /** Symbol */
      symbol: string;
    };
    /**
     * CoinForecasts
     * @description The present state of one coin.
     */
    CoinForecasts: {
      /**
       * Forecasts
       * @description At most one per horizon, shortest first.
       */
      forecasts: components['schemas']['Forecast'][];
      /**
       * Missing
       * @description Plain words: `24h: no forecast yet`.
       */
      missing?: string[];
      /**
       * Name
       * @description `Bitcoin`
       */
      name: string;
      price?: components['schemas']['Price'] | null;
      /**
       * Stale
       * @default false
       */
      stale: boolean;
      /** Symbol */
      symbol: string;
    };
    /**
     * CoinForecastsAnswer
     * @description One coin: what holds now, and on request what was said before and what came of it.
     */
    CoinForecastsAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      coin: components['schemas']['CoinForecasts'];
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /**
       * History
       * @description Newest first, with outcomes.
       */
      history?: components['schemas']['Forecast'][];
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /**
       * Next Before
       * @description Pass as `before` for the older page; null at the end.
       */
      next_before?: string | null;
      /**
       * Read From
       * @enum {string}
       */
      read_from: 'redis' | 'postgres';
      /**
       * Record
       * @description Counted over `history` only.
       */
      record?: components['schemas']['Record'][];
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
    };
    /** CoinOutcomes */
    CoinOutcomes: {
      horizon: components['schemas']['Horizon'];
      /**
       * Outcomes
       * @description Newest first.
       */
      outcomes: components['schemas']['PastCall'][];
      /** Symbol */
      symbol: string;
    };
    /**
     * CycleMessage
     * @description A cycle has ended: everything of `as_of` that was to come has come.
     */
    CycleMessage: {
      /**
       * As Of
       * Format: date-time
       */
      as_of: string;
      data_label: components['schemas']['DataLabel'];
      /**
       * Finished At
       * @default null
       */
      finished_at: string | null;
      /**
       * Missing
       * @description Sources and inputs that were absent.
       */
      missing?: string[];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'cycle';
    };
    /**
     * DataLabel
     * @description Where the data of this deployment comes from; shown wherever a figure is shown.
     * @enum {string}
     */
    DataLabel: 'live' | 'replay' | 'simulated';
    /**
     * Decision
     * @description What was decided of a version: on held-out rows, in its shadow period, or by the operator.
     */
    Decision: {
      /**
       * Champion
       * @description The version that it was compared with.
       */
      champion?: string | null;
      /** Checks */
      checks?: components['schemas']['Check'][];
      /**
       * Decided At
       * Format: date-time
       */
      decided_at: string;
      /** Reason */
      reason: string;
      /**
       * Stage
       * @enum {string}
       */
      stage: 'held-out' | 'shadow' | 'operator';
      /**
       * Verdict
       * @enum {string}
       */
      verdict: 'promoted' | 'candidate' | 'refused';
    };
    /**
     * Document
     * @description A news item or a post.
     */
    Document: {
      /**
       * First Seen At
       * Format: date-time
       * @description Ours, and the one that counts.
       */
      first_seen_at: string;
      /**
       * First Seen Estimated
       * @description True where a backfill or a catch-up collected it.
       */
      first_seen_estimated: boolean;
      /** Id */
      id: number;
      kind: components['schemas']['DocumentKind'];
      /**
       * Published At
       * Format: date-time
       * @description The source's claim.
       */
      published_at: string;
      /** @description Null until it is scored. */
      sentiment?: components['schemas']['Sentiment'] | null;
      /** Source */
      source: string;
      /**
       * Symbols
       * @description The coins that the text names.
       */
      symbols: string[];
      /** Title */
      title: string;
      /**
       * Url
       * @description The source's own address of it; an invented text's leads nowhere.
       */
      url: string;
    };
    /**
     * DocumentKind
     * @enum {string}
     */
    DocumentKind: 'news' | 'post';
    /** DocumentsAnswer */
    DocumentsAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /**
       * Documents
       * @description Newest first by `first_seen_at`.
       */
      documents: components['schemas']['Document'][];
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /**
       * Next Before
       * @description Pass as `before` for the older page; null at the end.
       */
      next_before?: string | null;
      /**
       * Next Before Id
       * @description Pass as `before_id` with it: many documents share one moment.
       */
      next_before_id?: number | null;
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
    };
    /**
     * ErrorAnswer
     * @description The body of every answer that is not 2xx.
     */
    ErrorAnswer: {
      data_label?: components['schemas']['DataLabel'] | null;
      error: components['schemas']['Problem'];
    };
    /**
     * ErrorMessage
     * @description The last client message was refused, and why.
     */
    ErrorMessage: {
      error: components['schemas']['Problem'];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'error';
    };
    /**
     * Feature
     * @description One of a row's candidate numbers, and how it is defined.
     */
    Feature: {
      /** Formula */
      formula: string;
      /**
       * Group
       * @description `price`, `sentiment`, `social` or `time`.
       */
      group: string;
      /** Name */
      name: string;
      /** Unit */
      unit: string;
      /** Value */
      value: number;
      /**
       * When Missing
       * @description The value it takes when its input is absent.
       */
      when_missing: string;
      /** Window */
      window: string;
    };
    /**
     * FeaturesAnswer
     * @description The newest feature row of one coin. `missing` names the inputs that were absent.
     */
    FeaturesAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /** Feature Version */
      feature_version: string;
      /** Features */
      features: components['schemas']['Feature'][];
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /**
       * Read From
       * @enum {string}
       */
      read_from: 'redis' | 'postgres';
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
      /** Symbol */
      symbol: string;
    };
    /**
     * Forecast
     * @description What the champion of `horizon` says of `symbol` at `as_of`.
     */
    Forecast: {
      /**
       * As Of
       * Format: date-time
       * @description The close that the forecast is measured from.
       */
      as_of: string;
      /** @description `up`, `down`, or `abstain` where the model is not sure enough. */
      call: components['schemas']['Call'];
      /**
       * Confidence
       * @description max(p_up, 1 - p_up).
       */
      confidence: number;
      /**
       * Contributions
       * @description Per feature, in log-odds; with the model's `bias` in `/v1/models` they add up to the raw margin, of which its `calibration` there makes p_up.
       */
      contributions: {
        [key: string]: number;
      };
      data_label: components['schemas']['DataLabel'];
      horizon: components['schemas']['Horizon'];
      /**
       * Issued At
       * Format: date-time
       * @description When it was computed and stored; it is never rewritten.
       */
      issued_at: string;
      /**
       * Missing
       * @description Inputs that were absent.
       */
      missing?: string[];
      /** Model Version */
      model_version: string;
      /** @description Only in a history, once it is known. */
      outcome?: components['schemas']['Outcome'] | null;
      /**
       * P Up
       * @description Calibrated probability that the close at `target_at` is higher.
       */
      p_up: number;
      /**
       * Price
       * @description The close at `as_of`, USD.
       */
      price: number;
      /**
       * Stale
       * @description True where `as_of` is older than two cycles.
       * @default false
       */
      stale: boolean;
      /** Symbol */
      symbol: string;
      /**
       * Target At
       * Format: date-time
       * @description `as_of` plus the horizon: when the outcome will be known.
       */
      target_at: string;
    };
    /**
     * ForecastMessage
     * @description A new forecast of one coin and horizon; the same body as in the REST API.
     */
    ForecastMessage: {
      forecast: components['schemas']['Forecast'];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'forecast';
    };
    /**
     * ForecastsAnswer
     * @description The latest forecast per coin and horizon.
     */
    ForecastsAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /** Coins */
      coins: components['schemas']['CoinForecasts'][];
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /**
       * Read From
       * @description Postgres only where Redis is gone.
       * @enum {string}
       */
      read_from: 'redis' | 'postgres';
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
    };
    /**
     * HeadAnswer
     * @description Keep it: whoever has it can later tell whether any forecast up to `sequence` was changed.
     */
    HeadAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /**
       * Count
       * @description Forecasts since the head before.
       */
      count: number;
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /**
       * Day
       * Format: date
       * @description UTC day whose last forecast it is.
       */
      day: string;
      /**
       * Hash
       * @description SHA-256 over the last of them and, through it, over all, as hex.
       */
      hash: string;
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /**
       * Previous Day
       * @description Day of the head before; null for the first.
       */
      previous_day?: string | null;
      /**
       * Previous Hash
       * @description Its hash.
       */
      previous_hash?: string | null;
      /**
       * Sequence
       * @description How many forecasts had been issued by then.
       */
      sequence: number;
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
    };
    /**
     * HealthAnswer
     * @description `status` is the worst of the parts that were checked.
     */
    HealthAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /**
       * Cycle Age S
       * @description From the last cycle's `as_of` to now.
       */
      cycle_age_s?: number | null;
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /** Parts */
      parts: components['schemas']['HealthPart'][];
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
      /**
       * Status
       * @enum {string}
       */
      status: 'ok' | 'degraded' | 'down';
    };
    /** HealthPart */
    HealthPart: {
      /**
       * Message
       * @description In plain words.
       */
      message: string;
      /**
       * Name
       * @description `redis`, `postgres`, `cycle`, `sources`, `models`.
       */
      name: string;
      /**
       * Status
       * @enum {string}
       */
      status: 'ok' | 'degraded' | 'down' | 'not_checked';
    };
    /**
     * Horizon
     * @description How far ahead a forecast looks.
     * @enum {string}
     */
    Horizon: '15m' | '1h' | '4h' | '24h';
    /**
     * HorizonRecord
     * @description How every forecast of one horizon since `since` did, whichever model version made it.
     */
    HorizonRecord: {
      /**
       * Accuracy
       * @description Right calls / calls; null where there were no calls.
       */
      accuracy: number | null;
      /**
       * Accuracy Lower95
       * @description Lower end of Wilson's 95 % interval over `independent_calls`; null without a call.
       */
      accuracy_lower95: number | null;
      /**
       * Accuracy Upper95
       * @description Its upper end.
       */
      accuracy_upper95: number | null;
      /**
       * Brier
       * @description Mean Brier score of all, abstentions included.
       */
      brier: number | null;
      /**
       * Calls
       * @description Of those, the ones that were not `abstain`.
       */
      calls: number;
      /**
       * Forecasts
       * @description Forecasts with an outcome.
       */
      forecasts: number;
      horizon: components['schemas']['Horizon'];
      /**
       * Independent Calls
       * @description At least so many: moments called at by steps in a horizon. Calls at one moment are not independent, and calls whose horizons overlap are not.
       */
      independent_calls: number;
      /**
       * Independent Forecasts
       * @description The same of all forecasts, for `brier`.
       */
      independent_forecasts: number;
      /**
       * Overdue
       * @description Forecasts of followed coins besides, whose horizon ended over an hour ago and that have no outcome, mostly because no close came. They are in no other figure.
       */
      overdue: number;
      /**
       * Right
       * @description Calls that were right; a price that did not move makes none right.
       */
      right: number;
      /**
       * Share Up
       * @description How often the price rose after these forecasts, called or not; null without one.
       */
      share_up: number | null;
    };
    /**
     * Model
     * @description One version: what it is, what it was trained on and how it did out of sample.
     */
    Model: {
      /**
       * Abstain Below
       * @description Confidence under which it abstains.
       */
      abstain_below?: number | null;
      /**
       * Abstain Coverage
       * @description Share of the rows it was fixed on that reached it.
       */
      abstain_coverage?: number | null;
      /**
       * Abstain Rule
       * @description How that confidence was fixed, in words.
       */
      abstain_rule?: string | null;
      /**
       * Abstain Tested
       * @description True where a test fixed it: the calls down to it were surely better than the best baseline. Null where the version does not say.
       */
      abstain_tested?: boolean | null;
      /**
       * Bias
       * @description Log-odds; with a forecast's contributions it adds up to its raw margin. Null for the sentiment model, and for versions registered before it was recorded.
       */
      bias?: number | null;
      /** @description What makes p_up of a forecast's margin. Null for the sentiment model. */
      calibration?: components['schemas']['Calibration'] | null;
      /** Code Revision */
      code_revision?: string | null;
      /** Created At */
      created_at?: string | null;
      /** @description Label of the data it was trained on. */
      data_label?: components['schemas']['DataLabel'] | null;
      /** @description The last one; null where none is recorded. */
      decision?: components['schemas']['Decision'] | null;
      /**
       * Feature Names
       * @description What a price model was trained on: its 15 of the names of `/v1/features/{symbol}`.
       */
      feature_names?: string[];
      /** Feature Version */
      feature_version?: string | null;
      /** @description Null for the sentiment model. */
      horizon?: components['schemas']['Horizon'] | null;
      /**
       * Kind
       * @enum {string}
       */
      kind: 'prices' | 'sentiment';
      /**
       * Metrics
       * @description Of this very version, on the newest rows, which it was not fitted on: up to 21 days. `best_baseline_of_calls` is the accuracy of the best free forecast on the same calls.
       */
      metrics?: {
        [key: string]: number;
      };
      /**
       * Previous
       * @description The version that it replaced.
       */
      previous?: string | null;
      /** Promoted At */
      promoted_at?: string | null;
      /**
       * Reason
       * @description Why it was promoted.
       */
      reason?: string | null;
      /**
       * Shows Skill
       * @description False where its Brier score on unseen rows is not surely below a constant's: it then abstains on everything. Null where that was not measured.
       */
      shows_skill?: boolean | null;
      /**
       * Stand In
       * @description True for a small stand-in model that says so itself.
       * @default false
       */
      stand_in: boolean;
      /**
       * Title
       * @description What it is, in its own words; the version where it has none.
       */
      title: string;
      /**
       * Trained On
       * @description In plain words: coins, rows, the data's label; or which texts.
       */
      trained_on: string;
      /** Version */
      version: string;
      /**
       * Window Since
       * @description First `as_of` of the training data.
       */
      window_since?: string | null;
      /**
       * Window Until
       * @description End of the training data.
       */
      window_until?: string | null;
    };
    /** ModelsAnswer */
    ModelsAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /**
       * Candidates
       * @description Versions that passed the gate and forecast in the champion's shadow, shown to nobody.
       */
      candidates?: components['schemas']['Model'][];
      /**
       * Champions
       * @description One per horizon that has one, then the sentiment model.
       */
      champions: components['schemas']['Model'][];
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
    };
    /**
     * Outcome
     * @description What the price then did.
     */
    Outcome: {
      /**
       * Brier
       * @description (p_up - went_up) squared: 0 is perfect, 0.25 is a coin toss.
       */
      brier: number;
      /**
       * Correct
       * @description Whether the call was right; null where it was `abstain`.
       */
      correct: boolean | null;
      /**
       * Known At
       * Format: date-time
       * @description When the outcome was known: `as_of` plus the horizon.
       */
      known_at: string;
      /**
       * Return Log
       * @description log(close at the horizon / close at `as_of`).
       */
      return_log: number;
      /** Went Up */
      went_up: boolean;
    };
    /**
     * OutcomesAnswer
     * @description `as_of` is when the newest outcome was known.
     */
    OutcomesAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /**
       * Coins
       * @description Per coin and horizon; absent without an outcome.
       */
      coins: components['schemas']['CoinOutcomes'][];
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /**
       * Record
       * @description Shortest horizon first; absent with nothing due.
       */
      record: components['schemas']['HorizonRecord'][];
      /**
       * Since
       * Format: date-time
       * @description Forecasts with `as_of` from here on are counted.
       */
      since: string;
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
    };
    /**
     * PastCall
     * @description One forecast and what came of it at `as_of` plus the horizon. Its reasons are in the coin's history.
     */
    PastCall: {
      /**
       * As Of
       * Format: date-time
       */
      as_of: string;
      call: components['schemas']['Call'];
      /**
       * Correct
       * @description Whether the call was right; null where it was `abstain`.
       */
      correct: boolean | null;
      /** P Up */
      p_up: number;
      /**
       * Return Log
       * @description log(close at the horizon / close at `as_of`).
       */
      return_log: number;
    };
    /** Pong */
    Pong: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'pong';
    };
    /**
     * PredictAnswer
     * @description What the champion says of one feature row. It is not stored and not part of the record.
     */
    PredictAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      call: components['schemas']['Call'];
      /** Confidence */
      confidence: number;
      /** Contributions */
      contributions: {
        [key: string]: number;
      };
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /**
       * Features
       * @description The model's own values: what it was computed from.
       */
      features: {
        [key: string]: number;
      };
      horizon: components['schemas']['Horizon'];
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /** Model Version */
      model_version: string;
      /** P Up */
      p_up: number;
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
      /** Symbol */
      symbol?: string | null;
    };
    /**
     * PredictRequest
     * @description Either the model's 15 `features`, or a `symbol` (with `as_of`, or its newest row).
     */
    PredictRequest: {
      /**
       * As Of
       * @description On the 15-minute grid; absent: the newest.
       */
      as_of?: string | null;
      /**
       * Features
       * @description Finite numbers for the 15 names that the horizon's model uses: `feature_names` of `/v1/models`. Other names of `/v1/features/{symbol}` are allowed and ignored.
       */
      features?: {
        [key: string]: number;
      } | null;
      horizon: components['schemas']['Horizon'];
      /** Symbol */
      symbol?: string | null;
    };
    /**
     * Price
     * @description The last known close of one coin.
     */
    Price: {
      /**
       * As Of
       * Format: date-time
       * @description When the bar closed.
       */
      as_of: string;
      /**
       * Change 24H
       * @description Log-return over the last 24 h, where known.
       */
      change_24h?: number | null;
      /**
       * Price
       * @description USD.
       */
      price: number;
      /**
       * Source
       * @description Who served the close: `coinbase`, ...
       */
      source?: string | null;
      /**
       * Symbol
       * @description The coin, upper case: `BTC`.
       */
      symbol: string;
    };
    /**
     * PriceMessage
     * @description A new close of one coin.
     */
    PriceMessage: {
      data_label: components['schemas']['DataLabel'];
      price: components['schemas']['Price'];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'price';
    };
    /** Problem */
    Problem: {
      /**
       * Code
       * @description Stable, for programs: `unknown_coin`, `bad_request`, ...
       */
      code: string;
      /**
       * Message
       * @description What was wrong, for people.
       */
      message: string;
      /**
       * What To Do
       * @description The next step.
       */
      what_to_do: string;
    };
    /**
     * Record
     * @description The public record of one coin and horizon within a history.
     */
    Record: {
      /**
       * Accuracy
       * @description Right calls / calls; null where there were no calls.
       */
      accuracy: number | null;
      /**
       * Brier
       * @description Mean Brier score of all, abstentions included.
       */
      brier: number | null;
      /**
       * Calls
       * @description Of those, the ones that were not `abstain`.
       */
      calls: number;
      /**
       * Forecasts
       * @description Forecasts with an outcome.
       */
      forecasts: number;
      horizon: components['schemas']['Horizon'];
    };
    /**
     * Sentiment
     * @description The three probabilities of one text; they sum to 1.
     */
    Sentiment: {
      /**
       * Label
       * @description The largest of the three.
       * @enum {string}
       */
      label: 'bearish' | 'neutral' | 'bullish';
      /** Model Version */
      model_version: string;
      /** P Bearish */
      p_bearish: number;
      /** P Bullish */
      p_bullish: number;
      /** P Neutral */
      p_neutral: number;
      /**
       * Score
       * @description p_bullish - p_bearish.
       */
      score: number;
    };
    /** SentimentAnswer */
    SentimentAnswer: {
      /**
       * As Of
       * @description The moment that the newest record here speaks for.
       */
      as_of?: string | null;
      /** @description Where the data comes from: `live`, `replay` of past data, or `simulated` (invented). */
      data_label: components['schemas']['DataLabel'];
      /**
       * Data Since
       * @description For replay: the date that the replay began at.
       */
      data_since?: string | null;
      /**
       * Missing
       * @description Plain words: `reddit: no credentials`.
       */
      missing?: string[];
      /** Model Version */
      model_version: string;
      /**
       * Sentiments
       * @description In the order of the texts.
       */
      sentiments: components['schemas']['Sentiment'][];
      /**
       * Stale
       * @description Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has been due for as long. False elsewhere.
       * @default false
       */
      stale: boolean;
      /**
       * Stand In
       * @description True where a small stand-in model answered.
       * @default false
       */
      stand_in: boolean;
    };
    /** SentimentRequest */
    SentimentRequest: {
      /**
       * Texts
       * @description Up to 16 texts and 4,000 characters together.
       */
      texts: string[];
    };
    ServerMessage:
      | components['schemas']['Subscribed']
      | components['schemas']['Unsubscribed']
      | components['schemas']['Pong']
      | components['schemas']['PriceMessage']
      | components['schemas']['ForecastMessage']
      | components['schemas']['CycleMessage']
      | components['schemas']['ErrorMessage'];
    /**
     * Subscribed
     * @description The subscription as it now stands. The present state follows at once, as price and forecast.
     */
    Subscribed: {
      /** Horizons */
      horizons: components['schemas']['Horizon'][];
      /** Symbols */
      symbols: string[];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'subscribed';
    };
    /** Unsubscribed */
    Unsubscribed: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'unsubscribed';
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  get_bars_v1_bars__symbol__get: {
    parameters: {
      query?: {
        /** @description The newest so many. */
        limit?: number;
      };
      header?: never;
      path: {
        /** @description A coin: `BTC`. */
        symbol: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "bars": [
           *         {
           *           "close": 42310.5,
           *           "closed_at": "2024-01-01T12:15:00Z",
           *           "high": 42330,
           *           "low": 42280.1,
           *           "open": 42290,
           *           "opened_at": "2024-01-01T12:00:00Z",
           *           "source": "coinbase",
           *           "volume": 118.2,
           *           "volume_source": "coinbase"
           *         }
           *       ],
           *       "data_label": "simulated",
           *       "interval_s": 900,
           *       "missing": [],
           *       "stale": false,
           *       "symbol": "BTC"
           *     }
           */
          'application/json': components['schemas']['BarsAnswer'];
        };
      };
      /** @description The coin is not followed here, or nothing is known of it yet. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "data_label": "simulated",
           *       "error": {
           *         "code": "unknown_coin",
           *         "message": "'XYZ' is not a coin that is followed here.",
           *         "what_to_do": "Use one of: BTC, ETH, SOL, DOT, AAVE."
           *       }
           *     }
           */
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_closes_v1_closes_get: {
    parameters: {
      query?: {
        /** @description The newest so many of each coin. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "coins": [
           *         {
           *           "as_of": "2024-01-01T12:15:00Z",
           *           "closes": [
           *             {
           *               "close": 42290,
           *               "closed_at": "2024-01-01T12:00:00Z"
           *             },
           *             {
           *               "close": 42310.5,
           *               "closed_at": "2024-01-01T12:15:00Z"
           *             }
           *           ],
           *           "stale": false,
           *           "symbol": "BTC"
           *         },
           *         {
           *           "closes": [],
           *           "stale": true,
           *           "symbol": "AAVE"
           *         }
           *       ],
           *       "data_label": "simulated",
           *       "interval_s": 900,
           *       "missing": [
           *         "bars: none yet for AAVE"
           *       ],
           *       "stale": false
           *     }
           */
          'application/json': components['schemas']['ClosesAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_documents_v1_documents_get: {
    parameters: {
      query?: {
        /** @description Only those that name this coin. */
        symbol?: string | null;
        kind?: components['schemas']['DocumentKind'] | null;
        limit?: number;
        /** @description Only what is older; `next_before` of a page. */
        before?: string | null;
        /** @description `next_before_id` of a page, with its `next_before`. */
        before_id?: number | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "data_label": "simulated",
           *       "documents": [
           *         {
           *           "first_seen_at": "2024-01-01T12:00:04Z",
           *           "first_seen_estimated": false,
           *           "id": 4711,
           *           "kind": "news",
           *           "published_at": "2024-01-01T11:52:00Z",
           *           "sentiment": {
           *             "label": "bullish",
           *             "model_version": "20240101T000000Z-5e6f7a8b",
           *             "p_bearish": 0.08,
           *             "p_bullish": 0.7,
           *             "p_neutral": 0.22,
           *             "score": 0.62
           *           },
           *           "source": "coindesk",
           *           "symbols": [
           *             "BTC"
           *           ],
           *           "title": "Bitcoin begins the year with a rise",
           *           "url": "https://www.coindesk.com/markets/2024/01/01/example"
           *         }
           *       ],
           *       "missing": [],
           *       "next_before": "2024-01-01T12:00:04Z",
           *       "next_before_id": 4711,
           *       "stale": false
           *     }
           */
          'application/json': components['schemas']['DocumentsAnswer'];
        };
      };
      /** @description The coin is not followed here, or nothing is known of it yet. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "data_label": "simulated",
           *       "error": {
           *         "code": "unknown_coin",
           *         "message": "'XYZ' is not a coin that is followed here.",
           *         "what_to_do": "Use one of: BTC, ETH, SOL, DOT, AAVE."
           *       }
           *     }
           */
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_features_v1_features__symbol__get: {
    parameters: {
      query?: {
        /** @description On the 15-minute grid. */
        as_of?: string | null;
      };
      header?: never;
      path: {
        /** @description A coin: `BTC`. */
        symbol: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "data_label": "simulated",
           *       "feature_version": "1",
           *       "features": [
           *         {
           *           "formula": "ln(close[t] / close[t-15m]) / σ(24h), cut at ±10",
           *           "group": "price",
           *           "name": "return_15m",
           *           "unit": "standard deviations",
           *           "value": 0,
           *           "when_missing": "a missing close is the last one before it, at most 48 h old; 0 where there is none",
           *           "window": "15m"
           *         }
           *       ],
           *       "missing": [
           *         "posts: absent"
           *       ],
           *       "read_from": "redis",
           *       "stale": false,
           *       "symbol": "BTC"
           *     }
           */
          'application/json': components['schemas']['FeaturesAnswer'];
        };
      };
      /** @description The coin is not followed here, or nothing is known of it yet. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "data_label": "simulated",
           *       "error": {
           *         "code": "unknown_coin",
           *         "message": "'XYZ' is not a coin that is followed here.",
           *         "what_to_do": "Use one of: BTC, ETH, SOL, DOT, AAVE."
           *       }
           *     }
           */
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_forecasts_v1_forecasts_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "coins": [
           *         {
           *           "forecasts": [
           *             {
           *               "as_of": "2024-01-01T12:15:00Z",
           *               "call": "abstain",
           *               "confidence": 0.541,
           *               "contributions": {
           *                 "average_distance_2h": 0,
           *                 "average_distance_4h": 0,
           *                 "efficiency_2h": 0,
           *                 "hour": 0,
           *                 "market_return_30m": 0,
           *                 "market_return_6h": 0,
           *                 "posts_ratio_3h": 0,
           *                 "range_position_8h": 0,
           *                 "return_15m_lag1": 0,
           *                 "return_3h": 0.021,
           *                 "return_6h": 0,
           *                 "sentiment_6h": 0.013,
           *                 "variance_ratio_4h": 0,
           *                 "volatility": -0.008,
           *                 "vwap_distance_4h": 0
           *               },
           *               "data_label": "simulated",
           *               "horizon": "1h",
           *               "issued_at": "2024-01-01T12:15:08Z",
           *               "missing": [
           *                 "posts"
           *               ],
           *               "model_version": "20240101T000000Z-1a2b3c4d",
           *               "p_up": 0.541,
           *               "price": 42310.5,
           *               "stale": false,
           *               "symbol": "BTC",
           *               "target_at": "2024-01-01T13:15:00Z"
           *             }
           *           ],
           *           "missing": [
           *             "15m: no forecast yet",
           *             "4h: no forecast yet",
           *             "24h: no forecast yet",
           *             "posts"
           *           ],
           *           "name": "Bitcoin",
           *           "price": {
           *             "as_of": "2024-01-01T12:15:00Z",
           *             "price": 42310.5,
           *             "source": "coinbase",
           *             "symbol": "BTC"
           *           },
           *           "stale": false,
           *           "symbol": "BTC"
           *         }
           *       ],
           *       "data_label": "simulated",
           *       "missing": [
           *         "reddit: no credentials"
           *       ],
           *       "read_from": "redis",
           *       "stale": false
           *     }
           */
          'application/json': components['schemas']['ForecastsAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_coin_forecasts_v1_forecasts__symbol__get: {
    parameters: {
      query?: {
        /** @description How many past forecasts to add. */
        history?: number;
        /** @description Limits the history to one horizon. */
        horizon?: components['schemas']['Horizon'] | null;
        /** @description Only what is older; `next_before` of a page. */
        before?: string | null;
      };
      header?: never;
      path: {
        /** @description A coin: `BTC`. */
        symbol: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "coin": {
           *         "forecasts": [
           *           {
           *             "as_of": "2024-01-01T12:15:00Z",
           *             "call": "abstain",
           *             "confidence": 0.541,
           *             "contributions": {
           *               "average_distance_2h": 0,
           *               "average_distance_4h": 0,
           *               "efficiency_2h": 0,
           *               "hour": 0,
           *               "market_return_30m": 0,
           *               "market_return_6h": 0,
           *               "posts_ratio_3h": 0,
           *               "range_position_8h": 0,
           *               "return_15m_lag1": 0,
           *               "return_3h": 0.021,
           *               "return_6h": 0,
           *               "sentiment_6h": 0.013,
           *               "variance_ratio_4h": 0,
           *               "volatility": -0.008,
           *               "vwap_distance_4h": 0
           *             },
           *             "data_label": "simulated",
           *             "horizon": "1h",
           *             "issued_at": "2024-01-01T12:15:08Z",
           *             "missing": [
           *               "posts"
           *             ],
           *             "model_version": "20240101T000000Z-1a2b3c4d",
           *             "p_up": 0.541,
           *             "price": 42310.5,
           *             "stale": false,
           *             "symbol": "BTC",
           *             "target_at": "2024-01-01T13:15:00Z"
           *           }
           *         ],
           *         "missing": [
           *           "15m: no forecast yet",
           *           "4h: no forecast yet",
           *           "24h: no forecast yet",
           *           "posts"
           *         ],
           *         "name": "Bitcoin",
           *         "price": {
           *           "as_of": "2024-01-01T12:15:00Z",
           *           "price": 42310.5,
           *           "source": "coinbase",
           *           "symbol": "BTC"
           *         },
           *         "stale": false,
           *         "symbol": "BTC"
           *       },
           *       "data_label": "simulated",
           *       "history": [
           *         {
           *           "as_of": "2024-01-01T11:00:00Z",
           *           "call": "up",
           *           "confidence": 0.61,
           *           "contributions": {
           *             "average_distance_2h": 0,
           *             "average_distance_4h": 0,
           *             "efficiency_2h": 0,
           *             "hour": 0,
           *             "market_return_30m": 0,
           *             "market_return_6h": 0,
           *             "posts_ratio_3h": 0,
           *             "range_position_8h": 0,
           *             "return_15m_lag1": 0,
           *             "return_3h": 0.021,
           *             "return_6h": 0,
           *             "sentiment_6h": 0.013,
           *             "variance_ratio_4h": 0,
           *             "volatility": -0.008,
           *             "vwap_distance_4h": 0
           *           },
           *           "data_label": "simulated",
           *           "horizon": "1h",
           *           "issued_at": "2024-01-01T12:15:08Z",
           *           "missing": [
           *             "posts"
           *           ],
           *           "model_version": "20240101T000000Z-1a2b3c4d",
           *           "outcome": {
           *             "brier": 0.1521,
           *             "correct": true,
           *             "known_at": "2024-01-01T12:00:00Z",
           *             "return_log": 0.0021,
           *             "went_up": true
           *           },
           *           "p_up": 0.61,
           *           "price": 42310.5,
           *           "stale": false,
           *           "symbol": "BTC",
           *           "target_at": "2024-01-01T12:00:00Z"
           *         }
           *       ],
           *       "missing": [
           *         "reddit: no credentials"
           *       ],
           *       "next_before": "2024-01-01T11:00:00Z",
           *       "read_from": "redis",
           *       "record": [
           *         {
           *           "accuracy": 1,
           *           "brier": 0.1521,
           *           "calls": 1,
           *           "forecasts": 1,
           *           "horizon": "1h"
           *         }
           *       ],
           *       "stale": false
           *     }
           */
          'application/json': components['schemas']['CoinForecastsAnswer'];
        };
      };
      /** @description The coin is not followed here, or nothing is known of it yet. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "data_label": "simulated",
           *       "error": {
           *         "code": "unknown_coin",
           *         "message": "'XYZ' is not a coin that is followed here.",
           *         "what_to_do": "Use one of: BTC, ETH, SOL, DOT, AAVE."
           *       }
           *     }
           */
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_health_v1_health_get: {
    parameters: {
      query?: {
        /** @description Also ask Postgres, which may have to wake, where Redis alone would do. */
        deep?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "cycle_age_s": 312,
           *       "data_label": "simulated",
           *       "missing": [
           *         "reddit: no credentials"
           *       ],
           *       "parts": [
           *         {
           *           "message": "It answers.",
           *           "name": "redis",
           *           "status": "ok"
           *         },
           *         {
           *           "message": "Missing in the last cycle: reddit: no credentials.",
           *           "name": "sources",
           *           "status": "degraded"
           *         }
           *       ],
           *       "stale": false,
           *       "status": "degraded"
           *     }
           */
          'application/json': components['schemas']['HealthAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_models_v1_models_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "candidates": [],
           *       "champions": [
           *         {
           *           "abstain_below": 0.56,
           *           "abstain_coverage": 0.2,
           *           "abstain_rule": "Its surest forecasts, on time that it had not been fitted on, were not surely better than the best forecast that costs nothing (always up, always down, the last bar's direction again, or its opposite), which was right in 51.2% of them. So it calls its surest 20%, a share fixed beforehand, without proof that these are better",
           *           "abstain_tested": false,
           *           "bias": 0.0037,
           *           "calibration": {
           *             "intercept": 0.012,
           *             "slope": 0.83
           *           },
           *           "code_revision": "4ccc5ab",
           *           "created_at": "2024-01-01T00:00:00Z",
           *           "data_label": "simulated",
           *           "decision": {
           *             "checks": [],
           *             "decided_at": "2024-01-01T00:02:10Z",
           *             "reason": "there is no champion yet; promoted without a comparison; it shows skill",
           *             "stage": "held-out",
           *             "verdict": "promoted"
           *           },
           *           "feature_names": [
           *             "return_3h",
           *             "return_6h",
           *             "return_15m_lag1",
           *             "average_distance_2h",
           *             "average_distance_4h",
           *             "range_position_8h",
           *             "volatility",
           *             "variance_ratio_4h",
           *             "efficiency_2h",
           *             "vwap_distance_4h",
           *             "market_return_6h",
           *             "market_return_30m",
           *             "sentiment_6h",
           *             "posts_ratio_3h",
           *             "hour"
           *           ],
           *           "feature_version": "4",
           *           "horizon": "1h",
           *           "kind": "prices",
           *           "metrics": {
           *             "accuracy": 0.523,
           *             "brier": 0.2493,
           *             "coverage": 0.18
           *           },
           *           "promoted_at": "2024-01-01T00:02:10Z",
           *           "reason": "the first of its horizon",
           *           "shows_skill": true,
           *           "stand_in": false,
           *           "title": "XGBoost, 1h, pooled over 5 coins",
           *           "trained_on": "84,120 rows of BTC, ETH, SOL, DOT, AAVE, simulated data",
           *           "version": "20240101T000000Z-1a2b3c4d",
           *           "window_since": "2023-07-04T00:00:00Z",
           *           "window_until": "2024-01-01T00:00:00Z"
           *         }
           *       ],
           *       "data_label": "simulated",
           *       "missing": [
           *         "24h: no champion yet"
           *       ],
           *       "stale": false
           *     }
           */
          'application/json': components['schemas']['ModelsAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_sentiment_card_v1_models_sentiment_card_get: {
    parameters: {
      query?: {
        /** @description A registered version; the champion where it is absent. */
        version?: string | null;
        /** @description Both forms say the same. */
        format?: 'html' | 'json';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The card as it was registered; a browser shows it without script. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "created_at": "2024-01-01T00:00:00+00:00",
           *       "data": {
           *         "twitter_financial_news_train.parquet": "Finance headlines on Twitter"
           *       },
           *       "for": "Which way the words of posts, messages and headlines on finance and crypto lean.",
           *       "held_out": {
           *         "agreement_with_float": {
           *           "argmax": 0.999,
           *           "mean_shift": 0.0009,
           *           "recall_loss": 0,
           *           "texts": 2684
           *         },
           *         "twitter_texts": 1342,
           *         "twitter_three_way_accuracy": 0.8539
           *       },
           *       "how": {
           *         "vocabulary": 21319,
           *         "word_pairs": 131072
           *       },
           *       "licences": {
           *         "encoder": "Apache-2.0"
           *       },
           *       "limits": [
           *         "It says what a text's words lean to, not whether the text is true."
           *       ],
           *       "model_bytes": 20879322,
           *       "not_for": "Trading decisions. This is no financial advice.",
           *       "source": {
           *         "licence": "Apache-2.0",
           *         "model": "sentence-transformers/all-MiniLM-L6-v2"
           *       },
           *       "title": "MiniLM-L6 and word pairs, trained on finance and crypto texts. Not CryptoBERT.",
           *       "version": "minilm-finance-7fc89aff",
           *       "what": "Probabilities of bearish, neutral, bullish for a text's first 128 tokens."
           *     }
           */
          'application/json': unknown;
          'text/html': string;
        };
      };
      /** @description There is no such version, or it has no card. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_model_card_v1_models__horizon__card_get: {
    parameters: {
      query?: {
        /** @description A registered version; the champion where it is absent. */
        version?: string | null;
        /** @description Both forms say the same. */
        format?: 'html' | 'json';
      };
      header?: never;
      path: {
        /** @description How far ahead. */
        horizon: '15m' | '1h' | '4h' | '24h';
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The card as it was registered; a browser shows it without script. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "abstains": {
           *         "coverage": 0.2,
           *         "rule": "It calls its surest 20%",
           *         "tested": false,
           *         "threshold": 0.56
           *       },
           *       "calibration": {
           *         "intercept": 0.012,
           *         "said": "Its trees add up to a margin, their log odds of a rise. A forecast takes 0.83 of it and adds 0.012: fitted so that, on time that the trees had not seen, 60% came true about 60% of the time (Platt's calibration).",
           *         "slope": 0.83
           *       },
           *       "coverage": [
           *         {
           *           "accuracy": 0.659,
           *           "ci95": [
           *             0.498,
           *             0.8
           *           ],
           *           "coverage": 0.011,
           *           "coverage_target": 0.01,
           *           "n": 44,
           *           "n_independent": 21,
           *           "threshold": 0.588
           *         }
           *       ],
           *       "data": {
           *         "code_revision": "4ccc5ab",
           *         "coins": [
           *           "BTC",
           *           "ETH"
           *         ],
           *         "fitted_until": "2023-12-11T00:00:00+00:00",
           *         "held_out_until": "2024-01-01T00:00:00+00:00",
           *         "label": "simulated",
           *         "rows": 30700,
           *         "since": "2023-07-04T00:00:00+00:00"
           *       },
           *       "for": "To rank moments by how sure a direction is, and to abstain from the rest.",
           *       "held_out": {
           *         "accuracy": 0.523,
           *         "brier": 0.2493
           *       },
           *       "how": "Boosted trees (XGBoost) on 15 features, one model for all coins, Platt calibration.",
           *       "importance": [
           *         {
           *           "contribution": 0.021,
           *           "dots": [
           *             [
           *               0.0213,
           *               0.08
           *             ]
           *           ],
           *           "feature": "return_3h",
           *           "gain": 0.14,
           *           "leans": -0.62
           *         }
           *       ],
           *       "intervals": {
           *         "accuracy": [
           *           0.509,
           *           0.537
           *         ],
           *         "brier": [
           *           0.2481,
           *           0.2505
           *         ]
           *       },
           *       "limits": [
           *         "Figures of simulated or replayed data say nothing about the live market."
           *       ],
           *       "methods": {
           *         "accuracy_of_calls_lower": "Lower bound of the accuracy of calls: Wilson's score interval, one-sided.",
           *         "intervals": "95% intervals, of figures, months and coverages: stationary block bootstrap.",
           *         "target": "The target is met only where two lower bounds are above it."
           *       },
           *       "months": [
           *         {
           *           "accuracy": 0.523,
           *           "brier": 0.2493,
           *           "ci95": [
           *             0.509,
           *             0.537
           *           ],
           *           "kind": "held out",
           *           "log_loss": 0.6917,
           *           "month": "2023-12",
           *           "n": 4032
           *         }
           *       ],
           *       "not_for": "Trading decisions, other horizons, other bar lengths, coins unlike those it was fitted on.",
           *       "reliability": [
           *         {
           *           "n": 403,
           *           "p_up": 0.541,
           *           "share_up": 0.537
           *         }
           *       ],
           *       "self_tests": [
           *         {
           *           "figure": 0.501,
           *           "name": "shuffled labels",
           *           "passed": true,
           *           "said": "50.1 % right, within noise"
           *         }
           *       ],
           *       "skill": {
           *         "brier": 0.2493,
           *         "constant": 0.507,
           *         "constant_brier": 0.2499,
           *         "p_value": 0.021,
           *         "rows": 4032,
           *         "said": "It shows skill: on 4,032 forecasts that it was not fitted on its error (Brier score, lower is better) is 0.249300, surely below the 0.249900 of saying 50.7% up every time (p 0.0210, below 0.1 is needed).",
           *         "shown": true
           *       },
           *       "target": {
           *         "accuracy": 0.65,
           *         "coverage": 0.011,
           *         "lower95": 0.498,
           *         "lower_exact": 0.367,
           *         "met": false,
           *         "said": "The 65% target is missed: 65.9% of the surest 1.1% were right, but not both lower bounds of that are above 65%: 49.8% by block bootstrap (lower end of the 95% interval) and 36.7% by Clopper-Pearson (one-sided, independent calls, corrected for 7 coverages)."
           *       },
           *       "title": "XGBoost 1h",
           *       "verdict": "1h ahead: 52.3% of all forecasts named the direction that came; the best baseline gets 51.2%.",
           *       "what": "Probability that a coin's price is higher 1h after the close it is asked at."
           *     }
           */
          'application/json': unknown;
          'text/html': string;
        };
      };
      /** @description There is no such horizon or version, or the version has no card. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_outcomes_v1_outcomes_get: {
    parameters: {
      query?: {
        /** @description Only this coin. */
        symbol?: string | null;
        /** @description Only this horizon. */
        horizon?: components['schemas']['Horizon'] | null;
        /** @description How far back. */
        days?: number;
        /** @description Per coin and horizon, one by one. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "coins": [
           *         {
           *           "horizon": "1h",
           *           "outcomes": [
           *             {
           *               "as_of": "2024-01-01T11:15:00Z",
           *               "call": "up",
           *               "correct": true,
           *               "p_up": 0.61,
           *               "return_log": 0.0021
           *             }
           *           ],
           *           "symbol": "BTC"
           *         }
           *       ],
           *       "data_label": "simulated",
           *       "missing": [
           *         "15m: no outcome of a forecast since 2023-12-25 12:20 UTC",
           *         "4h: no outcome of a forecast since 2023-12-25 12:20 UTC",
           *         "24h: no outcome of a forecast since 2023-12-25 12:20 UTC"
           *       ],
           *       "record": [
           *         {
           *           "accuracy": 0.5467,
           *           "accuracy_lower95": 0.4568,
           *           "accuracy_upper95": 0.6336,
           *           "brier": 0.2481,
           *           "calls": 1306,
           *           "forecasts": 3350,
           *           "horizon": "1h",
           *           "independent_calls": 118,
           *           "independent_forecasts": 168,
           *           "overdue": 2,
           *           "right": 714,
           *           "share_up": 0.503
           *         }
           *       ],
           *       "since": "2023-12-25T12:20:00Z",
           *       "stale": false
           *     }
           */
          'application/json': components['schemas']['OutcomesAnswer'];
        };
      };
      /** @description The coin is not followed here, or nothing is known of it yet. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "data_label": "simulated",
           *       "error": {
           *         "code": "unknown_coin",
           *         "message": "'XYZ' is not a coin that is followed here.",
           *         "what_to_do": "Use one of: BTC, ETH, SOL, DOT, AAVE."
           *       }
           *     }
           */
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  post_predict_v1_predict_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PredictRequest'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "call": "abstain",
           *       "confidence": 0.541,
           *       "contributions": {
           *         "average_distance_2h": 0,
           *         "average_distance_4h": 0,
           *         "efficiency_2h": 0,
           *         "hour": 0,
           *         "market_return_30m": 0,
           *         "market_return_6h": 0,
           *         "posts_ratio_3h": 0,
           *         "range_position_8h": 0,
           *         "return_15m_lag1": 0,
           *         "return_3h": 0.021,
           *         "return_6h": 0,
           *         "sentiment_6h": 0.013,
           *         "variance_ratio_4h": 0,
           *         "volatility": -0.008,
           *         "vwap_distance_4h": 0
           *       },
           *       "data_label": "simulated",
           *       "features": {
           *         "average_distance_2h": 0,
           *         "average_distance_4h": 0,
           *         "efficiency_2h": 0,
           *         "hour": 0,
           *         "market_return_30m": 0,
           *         "market_return_6h": 0,
           *         "posts_ratio_3h": 0,
           *         "range_position_8h": 0,
           *         "return_15m_lag1": 0,
           *         "return_3h": 0,
           *         "return_6h": 0,
           *         "sentiment_6h": 0,
           *         "variance_ratio_4h": 0,
           *         "volatility": 0,
           *         "vwap_distance_4h": 0
           *       },
           *       "horizon": "1h",
           *       "missing": [
           *         "reddit: no credentials"
           *       ],
           *       "model_version": "20240101T000000Z-1a2b3c4d",
           *       "p_up": 0.541,
           *       "stale": false,
           *       "symbol": "BTC"
           *     }
           */
          'application/json': components['schemas']['PredictAnswer'];
        };
      };
      /** @description The coin is not followed here, or nothing is known of it yet. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "data_label": "simulated",
           *       "error": {
           *         "code": "unknown_coin",
           *         "message": "'XYZ' is not a coin that is followed here.",
           *         "what_to_do": "Use one of: BTC, ETH, SOL, DOT, AAVE."
           *       }
           *     }
           */
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  get_record_head_v1_record_head_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "as_of": "2024-01-01T12:15:00Z",
           *       "count": 1920,
           *       "data_label": "simulated",
           *       "day": "2024-01-01",
           *       "hash": "9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f",
           *       "missing": [],
           *       "previous_day": "2023-12-31",
           *       "previous_hash": "4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b",
           *       "sequence": 41280,
           *       "stale": false
           *     }
           */
          'application/json': components['schemas']['HeadAnswer'];
        };
      };
      /** @description No head was published yet. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "data_label": "simulated",
           *       "error": {
           *         "code": "no_head",
           *         "message": "No head of the record was published yet.",
           *         "what_to_do": "The first cycle of a UTC day does it."
           *       }
           *     }
           */
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
  post_sentiment_v1_sentiment_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SentimentRequest'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "data_label": "simulated",
           *       "missing": [],
           *       "model_version": "20240101T000000Z-5e6f7a8b",
           *       "sentiments": [
           *         {
           *           "label": "bullish",
           *           "model_version": "20240101T000000Z-5e6f7a8b",
           *           "p_bearish": 0.08,
           *           "p_bullish": 0.7,
           *           "p_neutral": 0.22,
           *           "score": 0.62
           *         }
           *       ],
           *       "stale": false,
           *       "stand_in": false
           *     }
           */
          'application/json': components['schemas']['SentimentAnswer'];
        };
      };
      /** @description The request cannot be understood. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
      /** @description A store or a model is not there now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorAnswer'];
        };
      };
    };
  };
}
