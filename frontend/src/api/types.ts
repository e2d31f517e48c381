import type { components } from './schema';

type Schemas = components['schemas'];

export type Calibration = Schemas['Calibration'];
export type Call = Schemas['Call'];
export type Coin = Schemas['CoinForecasts'];
export type CoinCloses = Schemas['CoinCloses'];
export type DataLabel = Schemas['DataLabel'];
export type Forecast = Schemas['Forecast'];
export type ForecastsAnswer = Schemas['ForecastsAnswer'];
export type Horizon = Schemas['Horizon'];
export type HorizonRecord = Schemas['HorizonRecord'];
export type Model = Schemas['Model'];
export type ModelsAnswer = Schemas['ModelsAnswer'];
export type OutcomesAnswer = Schemas['OutcomesAnswer'];
export type PastCall = Schemas['PastCall'];
export type Price = Schemas['Price'];
export type ServerMessage = Schemas['ServerMessage'];

/** Shortest first, as the page shows them. */
export const HORIZONS: readonly Horizon[] = ['15m', '1h', '4h', '24h'];
