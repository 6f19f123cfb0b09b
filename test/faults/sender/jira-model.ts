import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Random } from '../../support/random.ts';
import type { Outgoing } from './drawn-deliveries.ts';
import { type Post, postOnce } from './post-once.ts';

/**
 * How Jira Cloud sends: what it sends again, how often, and how long it waits (announcement "Webhook retries",
 * community.developer.atlassian.com/t/30554: five more tries, 5 to 15 minutes apart, randomised). `scale` makes
 * its minutes bearable; everything can be set, because other senders have other habits.
 */
export type SenderSettings = {
  resends: number;
  waitMinutes: readonly [number, number];
  scale: number;
  /** Deliveries under way at the same time (Jira Cloud: 20 for a site). */
  connections: number;
};

export const JIRA: SenderSettings = { resends: 5, waitMinutes: [5, 15], scale: 1 / 250, connections: 8 };

/** Any other status is final: Jira never sends such a delivery again. */
const isSentAgain = (status: number | null): boolean =>
  status === null || [408, 409, 425, 429].includes(status) || status >= 500;

const told = z.object({ event_id: z.string(), outcome: z.optional(z.nullable(z.string())) });

/** What became of one delivery. `event_id` is null when it was never acknowledged; `outcome`: as the 202 told it. */
export type Result = {
  outgoing: Outgoing;
  statuses: (number | null)[];
  event_id: string | null;
  outcome: string | null;
};

export type Target = { url(): string; secret(outgoing: Outgoing): string; post?: Post };

const accepted = (outgoing: Outgoing, statuses: (number | null)[], body: unknown): Result => {
  const { event_id, outcome } = told.parse(body);
  return { outgoing, statuses, event_id, outcome: statuses.at(-1) === 202 ? (outcome ?? null) : null };
};

const pause = ({ waitMinutes: [least, most], scale }: SenderSettings, random: Random): Promise<void> =>
  sleep((least + random() * (most - least)) * 60_000 * scale);

/** Lets so many in at the same time, in the order in which they came. */
const createGate = (places: number) => {
  const waiting: (() => void)[] = [];
  let free = places;
  const enter = async (): Promise<void> => {
    if (free === 0) await new Promise<void>((enters) => waiting.push(enters));
    else free -= 1;
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    return work().finally(leave);
  };
};

type Gate = ReturnType<typeof createGate>;

type Sender = { target: Target; settings: SenderSettings; random: Random; gate: Gate };

/** Sends one delivery until its answer is final or Jira gives up. */
const sendOne = async (outgoing: Outgoing, { target, settings, random, gate }: Sender): Promise<Result> => {
  const { url, secret, post = postOnce } = target;
  const statuses: (number | null)[] = [];
  for (let retry = 0; ; retry += 1) {
    const answer = await gate(() => post(url(), outgoing, secret(outgoing), retry));
    const status = answer?.status ?? null;
    statuses.push(status);
    if (answer && (status === 200 || status === 202)) return accepted(outgoing, statuses, answer.body);
    if (!isSentAgain(status) || retry === settings.resends)
      return { outgoing, statuses, event_id: null, outcome: null };
    await pause(settings, random);
  }
};

/** Sends all, some at a time, each begun in its turn. A delivery that waits for its next try holds up no other. */
export const sendAll = (
  outgoing: readonly Outgoing[],
  target: Target,
  settings: SenderSettings,
  random: Random,
): Promise<Result[]> => {
  const sender = { target, settings, random, gate: createGate(settings.connections) };
  return Promise.all(outgoing.map((one) => sendOne(one, sender)));
};
