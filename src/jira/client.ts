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
  /** The frame that is needed; further properties are ignored. */
  answer: z.ZodMiniType<T>;
  /** The value when Jira itself says that there is no such thing; without it that is a fault. */
  gone?: T;
};

/** `started_ms`: Jira's clock when the request began, or a little earlier. */
export type Read<T> = { value: T; started_ms: number };

/** Asks one site. Every rejection is a JiraError. */
export type JiraClient = {
  /** A POST is sent once, because it makes something. */
  send<T>(request: JiraRequest<T>): Promise<T>;
  /** For what changes nothing, whatever its method: it may be asked again. */
  read<T>(request: JiraRequest<T>): Promise<Read<T>>;
  traffic(): Traffic;
};

/**
 * `requests`: how many were sent so far, each try for itself. `held_until`: before when Jira wants to hear nothing
 * (epoch milliseconds; past, or 0, for now).
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

/** As Atlassian advises: four tries, 2 s doubling to 30 s, and by chance up to three tenths less. */
const BACKOFF = { tries: 4, first_ms: 2_000, longest_ms: 30_000, by_chance: 0.3 };

/** Before the last try. */
const LONGEST_REST_MS = BACKOFF.first_ms * 2 ** (BACKOFF.tries - 2);

/** Longer than anybody waits within a request, so that it ends the turn. */
const LONG_REST_MS = 2 * 60_000;

/** To do it twice must be as good as once: a lost answer may have been a success. */
const isIdempotent = ({ method }: Sent): boolean => method !== 'POST';

/** What names a time is for the caller to keep. */
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

/** An answer, and how long it was under way. */
type Timed = Answer & { took_ms: number };

const isGone = <T>(
  request: JiraRequest<T>,
  answer: Answer,
): request is JiraRequest<T> & Required<Pick<JiraRequest<T>, 'gone'>> =>
  request.gone !== undefined && saysNoSuchThing(answer);

const valueIn = <T>(request: JiraRequest<T>, answer: Answer): T =>
  isGone(request, answer) ? request.gone : readValue(request.answer, answer);

/** How far the clocks of Jira's nodes may be apart, and what `Date` leaves out. */
const ALLOWANCE_MS = 2_000;

/** `Date` is stamped when the answer begins, so that less the whole duration it is never late. */
const startedMs = ({ took_ms, ...answer }: Timed): number =>
  Math.floor(dateOf(answer) - took_ms) - ALLOWANCE_MS;

/**
 * A polite client: at most so many requests at once and a second, slower near a limit; `Retry-After` kept by all of
 * them, else longer and longer waits; four tries, and only of what may be done twice. Whoever would have to wait for
 * more than a minute gets an error that says until when instead. https only, except on this machine.
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

  /** A long hold is the better answer to a fault that time may heal: it names the time. */
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

  /** While one waits after a fault, none begins: a Jira in trouble needs rest from all of them. */
  const rest = (ms: number): Promise<unknown> => {
    pace.hold(world.clock() + ms);
    return world.sleep(ms);
  };

  /** What so many tries did not heal needs a longer rest, unless it is only this request that fails. */
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
