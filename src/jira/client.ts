import { setTimeout as timer } from 'node:timers/promises';
import type * as z from 'zod/mini';
import { isSafeUrl } from '../domain/safe-url.ts';
import { ConfigError } from '../errors/errors.ts';
import { type Clock, longestBetween, momentOf, steadyClock, systemClock } from '../platform/clock.ts';
import { retry } from '../platform/retry.ts';
import {
  type Answer,
  checkLogin,
  checkStatus,
  dateOf,
  readValue,
  retryAfter,
  saysNoSuchThing,
} from './answer.ts';
import { exchange, type Sent } from './exchange.ts';
import { JiraError } from './jira-error.ts';
import { createPace, type Limits } from './pace.ts';
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
};

/** Replaced in tests. `steady` is a monotonic clock. */
type World = { clock: Clock; steady: Clock; sleep: (ms: number) => Promise<unknown>; chance: () => number };

/** As Atlassian advises: four tries, 2 s doubling to 30 s, and by chance up to three tenths less. */
const BACKOFF = { tries: 4, first_ms: 2_000, longest_ms: 30_000, by_chance: 0.3 };

/** To do it twice must be as good as once: a lost answer may have been a success. */
const isIdempotent = ({ method }: Sent): boolean => method !== 'POST';

/** What names a time is for the caller to keep. */
const mayHeal = ({ fault, not_before }: JiraError): boolean =>
  not_before === null && (fault === 'busy' || fault === 'down');

const named = ({ fault, message, not_before }: JiraError, { method, path }: Sent): JiraError =>
  new JiraError(fault, `${method} ${path.replace(/\?.*/s, '')}: ${message}`, not_before);

const asJiraError = (fault: unknown): JiraError =>
  fault instanceof JiraError ? fault : new JiraError('down', 'The request could not be made.');

/** An answer, and how long it was under way. */
type Timed = Answer & { took_ms: number };

const isGone = <T>({ gone }: JiraRequest<T>, answer: Answer): boolean =>
  gone !== undefined && saysNoSuchThing(answer);

const valueIn = <T>(request: JiraRequest<T>, answer: Answer): T =>
  request.gone !== undefined && saysNoSuchThing(answer) ? request.gone : readValue(request.answer, answer);

/** How far the clocks of Jira's nodes may be apart, and what `Date` leaves out. */
const ALLOWANCE_MS = 2_000;

/** `Date` is stamped when the answer begins, so that less the whole duration it is never late. */
const startedMs = ({ took_ms, ...answer }: Timed): number =>
  Math.floor(dateOf(answer) - took_ms) - ALLOWANCE_MS;

/**
 * A polite client: at most so many requests at once and a second, `Retry-After` kept by all of them, else longer and
 * longer waits, four tries, and only of what may be done twice. https only, except on this machine.
 * @throws ConfigError when the address is not safe
 */
export const createJiraClient = (
  site: JiraSite,
  limits: Limits,
  replaced: Partial<World> = {},
): JiraClient => {
  const world: World = {
    ...{ clock: systemClock, steady: steadyClock, sleep: timer, chance: Math.random },
    ...replaced,
  };
  if (!isSafeUrl(URL.parse(site.api)))
    throw new ConfigError('Jira is asked by https only: see JIRA_SITE_URL');
  const pace = createPace(limits, world);

  const ask = async (request: Sent): Promise<Timed> => {
    const answer = await pace.run(async () => {
      const began = momentOf(world.clock, world.steady);
      const got = await exchange(site, request);
      return { ...got, took_ms: longestBetween(began, momentOf(world.clock, world.steady)) };
    });
    const until = answer.status >= 400 ? retryAfter(answer, world.clock()) : null;
    if (until !== null) pace.hold(until);
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

  const get = async <T, R>(
    request: JiraRequest<T>,
    isRepeatable: boolean,
    use: (answer: Timed) => R,
  ): Promise<R> => {
    try {
      const answer = await retry(() => once(request), BACKOFF, {
        ...world,
        mayHeal: (fault) => fault instanceof JiraError && mayHeal(fault) && isRepeatable,
      });
      return use(answer);
    } catch (fault) {
      throw named(asJiraError(fault), request);
    }
  };

  return {
    send: (request) => get(request, isIdempotent(request), (answer) => valueIn(request, answer)),
    read: (request) =>
      get(request, true, (answer) => ({
        value: valueIn(request, answer),
        started_ms: startedMs(answer),
      })),
  };
};
