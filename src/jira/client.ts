import { setTimeout as timer } from 'node:timers/promises';
import type * as z from 'zod/mini';
import { isSafeUrl } from '../domain/safe-url.ts';
import { ConfigError } from '../errors/errors.ts';
import { type Clock, longestBetween, momentOf, steadyClock, systemClock } from '../platform/clock.ts';
import { retry } from '../platform/retry.ts';
import { type Answer, checkLogin, checkStatus, dateOf, readValue, saysNoSuchThing } from './answer.ts';
import { exchange, type Sent } from './exchange.ts';
import { JiraError } from './jira-error.ts';
import { createPace, type Limits } from './pace.ts';
import { readAdvice } from './rate-headers.ts';
import type { JiraSite } from './site.ts';

type JiraRequest<T> = Sent & {
  /** Schema of the properties that are needed; others are ignored. */
  answer: z.ZodMiniType<T>;
  /** Returned if Jira itself says that the thing does not exist; without this property, that is a fault. */
  gone?: T;
};

/** `started_ms`: Jira's clock when the request began, or a little earlier. */
export type Read<T> = { value: T; started_ms: number };

/** Requests to one site. Every rejection is a JiraError. */
export type JiraClient = {
  /** A POST is sent only once, because it is not idempotent. */
  send<T>(request: JiraRequest<T>): Promise<T>;
  /** For requests that change nothing, whatever the method: they are retried. */
  read<T>(request: JiraRequest<T>): Promise<Read<T>>;
  traffic(): Traffic;
};

/**
 * `requests`: sent so far, retries included. `held_until`: no request starts before this time (epoch milliseconds; a
 * past time or 0: not held).
 */
export type Traffic = { requests: number; held_until: number };

/** Replaced in tests. `steady` is a monotonic clock. */
type World = {
  clock: Clock;
  steady: Clock;
  sleep: (ms: number) => Promise<unknown>;
  chance: () => number;
  exchange: typeof exchange;
};

/** As Atlassian advises: four tries, waits from 2 s doubling to 30 s, with jitter of up to 30 % less. */
const BACKOFF = { tries: 4, first_ms: 2_000, longest_ms: 30_000, by_chance: 0.3 };

/** The wait before the last try. */
const LONGEST_REST_MS = BACKOFF.first_ms * 2 ** (BACKOFF.tries - 2);

/** Longer than any request waits, so that it ends the turn. */
const LONG_REST_MS = 2 * 60_000;

/** Whether a retry is safe: a request whose answer was lost may have succeeded. */
const isIdempotent = ({ method }: Sent): boolean => method !== 'POST';

/** Whether a retry here may help. A fault with `not_before` is left to the caller. */
const mayHeal = ({ fault, not_before }: JiraError): boolean =>
  not_before === null && (fault === 'busy' || fault === 'down' || fault === 'failing');

const named = ({ fault, message, not_before }: JiraError, { method, path }: Sent): JiraError =>
  new JiraError(fault, `${method} ${path.replace(/\?.*/s, '')}: ${message}`, not_before);

const naming = async <R>(request: Sent, work: () => Promise<R>): Promise<R> => {
  try {
    return await work();
  } catch (fault) {
    throw named(asJiraError(fault), request);
  }
};

const asJiraError = (fault: unknown): JiraError =>
  fault instanceof JiraError ? fault : new JiraError('down', 'The request could not be made.');

/** An answer, and how long the request took. */
type Timed = Answer & { took_ms: number };

const isGone = <T>(
  request: JiraRequest<T>,
  answer: Answer,
): request is JiraRequest<T> & Required<Pick<JiraRequest<T>, 'gone'>> =>
  request.gone !== undefined && saysNoSuchThing(answer);

const valueIn = <T>(request: JiraRequest<T>, answer: Answer): T =>
  isGone(request, answer) ? request.gone : readValue(request.answer, answer);

/** Allows for clock skew between Jira's nodes, and for the fraction of a second that `Date` omits. */
const ALLOWANCE_MS = 2_000;

/** `Date` is stamped when the answer begins, so subtracting the whole duration never gives a time that is too late. */
const startedMs = ({ took_ms, ...answer }: Timed): number =>
  Math.floor(dateOf(answer) - took_ms) - ALLOWANCE_MS;

/**
 * A client that respects rate limits: bounded concurrency and rate, slower near a limit; `Retry-After` holds all
 * requests, otherwise exponential backoff; four tries, only of idempotent requests. A request that would have to wait
 * more than a minute fails with an error that says until when. https only, except on this machine.
 * @throws ConfigError when the address is not safe
 */
export const createJiraClient = (
  site: JiraSite,
  limits: Limits,
  replaced: Partial<World> = {},
): JiraClient => {
  const world: World = {
    ...{ clock: systemClock, steady: steadyClock, sleep: timer, chance: Math.random, exchange },
    ...replaced,
  };
  if (!isSafeUrl(URL.parse(site.api)))
    throw new ConfigError('Jira is called over https only: see JIRA_SITE_URL');
  const pace = createPace(limits, world);
  let requests = 0;

  const ask = async (request: Sent): Promise<Timed> => {
    const answer = await pace.run(async () => {
      requests += 1;
      const began = momentOf(world.clock, world.steady);
      const got = await world.exchange(site, request);
      return { ...got, took_ms: longestBetween(began, momentOf(world.clock, world.steady)) };
    });
    pace.heed(readAdvice(answer, world.clock()));
    return answer;
  };

  /** If requests are held for long after a transient fault, throws that instead, because it says until when. */
  const once = async <T>(request: JiraRequest<T>): Promise<Timed> => {
    try {
      const answer = await ask(request);
      checkLogin(answer);
      if (!isGone(request, answer)) checkStatus(answer);
      return answer;
    } catch (fault) {
      const error = asJiraError(fault);
      if (mayHeal(error)) pace.checkHold();
      throw error;
    }
  };

  const isInTime = (): boolean =>
    world.clock() + LONGEST_REST_MS <= (limits.until_ms ?? Number.POSITIVE_INFINITY);

  /** While one request backs off, no other starts, to relieve a failing Jira. */
  const rest = (ms: number): Promise<unknown> => {
    pace.hold(world.clock() + ms);
    return world.sleep(ms);
  };

  /** After the last try, holds all requests for longer, unless only this request fails. */
  const giveUp = (error: JiraError): JiraError => {
    if (!mayHeal(error) || error.fault === 'failing') return error;
    const until = world.clock() + LONG_REST_MS;
    pace.hold(until);
    return new JiraError(error.fault, error.message, until);
  };

  const get = async <T>(request: JiraRequest<T>, isRepeatable: boolean): Promise<Timed> => {
    const isWorthIt = (fault: unknown): boolean =>
      isRepeatable && isInTime() && fault instanceof JiraError && mayHeal(fault);
    try {
      return await retry(() => once(request), BACKOFF, { ...world, sleep: rest, mayHeal: isWorthIt });
    } catch (fault) {
      throw isRepeatable ? giveUp(asJiraError(fault)) : fault;
    }
  };

  return {
    traffic: () => ({ requests, held_until: pace.heldUntil() }),
    send: (request) =>
      naming(request, async () => valueIn(request, await get(request, isIdempotent(request)))),
    read: (request) =>
      naming(request, async () => {
        const answer = await get(request, true);
        return { value: valueIn(request, answer), started_ms: startedMs(answer) };
      }),
  };
};
