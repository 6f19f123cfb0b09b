import * as z from 'zod/mini';
import { textTable } from '../shared/tables.ts';
import type { Reply, Sent } from './send.ts';

export type Delivered = Sent & { name: string };

/** Up to this many deliveries each have their own line. */
const FEW = 20;

const answer = z.object({
  outcome: z.optional(z.string()),
  type: z.optional(z.string()),
  detail: z.optional(z.string()),
  event_id: z.optional(z.string()),
  /** From a connection: what was read differently from what its sender may expect. */
  warnings: z.optional(z.array(z.string())),
  /** For a body that is not JSON: what to change in the sender. */
  hint: z.optional(z.string()),
});

/** Status, outcome and event id as text; `-` for what the answer does not contain. */
export const readReply = (reply: Reply): { status: string; outcome: string; event_id: string } => {
  if (reply.kind === 'failed') return { status: '-', outcome: reply.code, event_id: '-' };
  const { outcome, type, event_id } = parse(reply.body);
  const refusal = type?.slice(type.lastIndexOf(':') + 1);
  return { status: String(reply.status), outcome: outcome ?? refusal ?? '-', event_id: event_id ?? '-' };
};

const parse = (body: string): z.output<typeof answer> => {
  try {
    return answer.parse(JSON.parse(body));
  } catch {
    return {};
  }
};

export const isTaken = ({ reply }: Sent): boolean =>
  reply.kind === 'answered' && reply.status >= 200 && reply.status < 300;

/** The least value that at least `share` of the sorted values do not exceed (nearest rank). */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;

/** The results of all deliveries: each one if there are few, counts and latency always. */
export const report = (all: readonly Delivered[], seconds: number): string => {
  const resent = all.reduce((sum, one) => sum + one.sends - 1, 0);
  const taken = all.filter(isTaken).length;
  const summary = `${taken} of ${all.length} accepted in ${seconds.toFixed(1)} s${resent > 0 ? `, ${resent} resent` : ''}`;
  return [
    ...eachDelivery(all),
    counts(all),
    ...refusals(all),
    ...warnings(all),
    '',
    latency(all),
    summary,
  ].join('\n');
};

/** Each one if there are few; of many only those that were not taken. */
const eachDelivery = (all: readonly Delivered[]): string[] => {
  const shown = all.length <= FEW ? all : all.filter((one) => !isTaken(one)).slice(0, FEW);
  if (shown.length === 0) return [];
  const head = ['file', 'status', 'outcome', 'event_id', 'ms', 'sent'];
  const title = all.length <= FEW ? [] : [`not accepted (the first ${FEW} at most):`];
  return [...title, textTable(head, shown.map(lineOf)), ''];
};

const lineOf = (delivered: Delivered): string[] => {
  const { status, outcome, event_id } = readReply(delivered.reply);
  return [delivered.name, status, outcome, event_id, delivered.ms.toFixed(0), String(delivered.sends)];
};

const counts = (all: readonly Delivered[]): string => {
  const groups = Object.groupBy(all, (one) => {
    const { status, outcome } = readReply(one.reply);
    return `${status} ${outcome}`;
  });
  const rows = Object.entries(groups).map(([group, some = []]) => [...group.split(' '), String(some.length)]);
  return textTable(['status', 'outcome', 'count'], rows.sort());
};

/** For each kind of refusal, the reason from the first answer. */
const refusals = (all: readonly Delivered[]): string[] => {
  const refused = all.filter((one) => !isTaken(one));
  const lines = refused.flatMap(({ reply }) => {
    const detail = reply.kind === 'answered' ? parse(reply.body).detail : undefined;
    const { status, outcome } = readReply(reply);
    return detail === undefined ? [] : [[`${status} ${outcome}`, detail] as const];
  });
  const first = new Map(lines.toReversed());
  return first.size === 0 ? [] : ['', ...[...first].map(([kind, detail]) => `${kind}: ${detail}`).sort()];
};

/** Each warning or hint in the answers, and how often it came. */
const warnings = (all: readonly Delivered[]): string[] => {
  const told = all.flatMap(({ reply }) => {
    if (reply.kind !== 'answered') return [];
    const { warnings = [], hint } = parse(reply.body);
    return hint === undefined ? warnings : [...warnings, hint];
  });
  const rows = [...Map.groupBy(told, (warning) => warning)].map(([one, same]) => [one, String(same.length)]);
  return rows.length === 0 ? [] : ['', textTable(['warning', 'count'], rows.sort())];
};

const latency = (all: readonly Delivered[]): string => {
  const sorted = all.map((one) => one.ms).sort((a, b) => a - b);
  const [p50, p95, max] = [0.5, 0.95, 1].map((share) => `${percentile(sorted, share).toFixed(0)} ms`);
  return `latency  p50 ${p50}  p95 ${p95}  max ${max}`;
};
