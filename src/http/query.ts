import { isConnectionId } from '../domain/connection.ts';
import { OUTCOMES, type Outcome } from '../domain/delivery.ts';
import { EXECUTION_STATUSES, type ExecutionStatus } from '../domain/execution.ts';
import { parseInstant, toPhoenixDay } from '../domain/instant.ts';
import { isCalendarDay } from '../domain/phoenix-day.ts';
import { EVENT_SOURCES, type EventSource } from '../domain/source.ts';
import { isSubscriptionId } from '../domain/subscription.ts';
import { BadRequestError } from '../errors/errors.ts';

export type Query = ReadonlyMap<string, string>;

/**
 * Rejects parameters that differ from a known one only by case or underscores; others are ignored. A misspelt filter
 * that is ignored would return rows that the caller meant to exclude.
 * @throws BadRequestError with the correct name
 */
export const checkSpelling = (query: Query, known: readonly string[]): void => {
  for (const name of query.keys()) {
    if (known.includes(name)) continue;
    const meant = known.find((one) => spelling(one) === spelling(name));
    if (meant !== undefined) throw new BadRequestError(`${meant}: the request misspells this parameter`);
  }
};

const spelling = (name: string): string => name.toLowerCase().replaceAll('_', '');

/** `limit`: 1-100, default 25. @throws BadRequestError */
export const readLimit = (query: Query): number => wholeNumber(query, 'limit', 1, 100, 25);

const wholeNumber = (query: Query, name: string, least: number, most: number, standard: number): number => {
  const text = query.get(name);
  if (text === undefined) return standard;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw new BadRequestError(`${name}: must be a whole number from ${least} to ${most}`);
  return value;
};

/** `hours`: 1-720, default 24. @throws BadRequestError */
export const readHours = (query: Query): number => wholeNumber(query, 'hours', 1, 720, 24);

/** `date`: a Phoenix calendar day `yyyy-MM-dd`, default today. @throws BadRequestError */
export const readDay = (query: Query, nowMs: number): string => {
  const day = query.get('date') ?? toPhoenixDay(nowMs);
  if (!isCalendarDay(day)) throw new BadRequestError('date: must be a day such as 2026-11-22');
  return day;
};

/** The start of a period: as it was sent, its `+` restored, and in epoch milliseconds. */
export type Since = { text: string; ms: number };

/**
 * `since`: an instant with an offset, or a day, which begins at midnight in Phoenix; null without it.
 * @throws BadRequestError
 */
export const readSince = (query: Query): Since | null => {
  const given = query.get('since');
  if (given === undefined) return null;
  const text = withPlus(given);
  const ms = parseInstant(isCalendarDay(text) ? `${text}T00:00:00-07:00` : text);
  if (ms === null)
    throw new BadRequestError('since: must be a day such as 2026-11-22 or an instant with an offset');
  return { text, ms: Math.max(0, ms) };
};

/** A `+` that was not encoded arrives as a space; no instant has a space before its offset. */
const withPlus = (text: string): string => text.replace(/ (?=\d{2}:?\d{2}$)/, '+');

/** A filter by a name; null, which is no filter, if it is missing or empty. */
export const readFilter = (query: Query, name: string): string | null => query.get(name) || null;

/** `outcome`: one of the stored outcomes, null without it. @throws BadRequestError */
export const readOutcome = (query: Query): Outcome | null => oneOf(query, 'outcome', OUTCOMES);

/** `source`: any source of events, null without it. @throws BadRequestError */
export const readSource = (query: Query): EventSource | null => oneOf(query, 'source', EVENT_SOURCES);

/** `connection`: a connection's id, whether or not it exists; null without it. @throws BadRequestError */
export const readConnection = (query: Query): string | null => {
  const text = query.get('connection');
  if (text === undefined) return null;
  if (!isConnectionId(text))
    throw new BadRequestError('connection: must be the id of a connection, con_ and 22 characters');
  return text;
};

/** `status` of executions, null without it. @throws BadRequestError */
export const readExecutionStatus = (query: Query): ExecutionStatus | null =>
  oneOf(query, 'status', EXECUTION_STATUSES);

/** `subscription`: a subscription's id, whether or not it exists; null without it. @throws BadRequestError */
export const readSubscription = (query: Query): string | null => {
  const text = query.get('subscription');
  if (text === undefined) return null;
  if (!isSubscriptionId(text))
    throw new BadRequestError('subscription: must be the id of a subscription, sub_ and 22 characters');
  return text;
};

/** `by`: how counts are also grouped, null without it. @throws BadRequestError */
export const readBy = (query: Query): 'hour' | null => oneOf(query, 'by', ['hour'] as const);

const oneOf = <T extends string>(query: Query, name: string, all: readonly T[]): T | null => {
  const text = query.get(name);
  if (text === undefined) return null;
  const found = all.find((known) => known === text);
  if (found === undefined) throw new BadRequestError(`${name}: must be one of ${all.join(', ')}`);
  return found;
};

/** `deleted`: `true` or `false`, null without it. @throws BadRequestError */
export const readDeleted = (query: Query): boolean | null => {
  const text = query.get('deleted');
  if (text === undefined) return null;
  if (text !== 'true' && text !== 'false') throw new BadRequestError('deleted: must be true or false');
  return text === 'true';
};

/** A required parameter. @throws BadRequestError when it is missing or empty */
export const readRequired = (query: Query, name: string): string => {
  const text = query.get(name);
  if (!text) throw new BadRequestError(`${name}: required`);
  return text;
};
