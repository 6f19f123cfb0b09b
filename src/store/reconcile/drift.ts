import * as z from 'zod/mini';
import { DAY_MS, toPhoenixDay } from '../../domain/instant.ts';

/** By day: bodies that were compared with rows, and those that differed without a reason. */
export type Drift = z.output<typeof drift>;

export type Compared = { compared: number; differed: number };

export const drift = z.record(z.string(), z.object({ compared: z.number(), differed: z.number() }));

const DAYS = 30;

const isRecent = (day: string, nowMs: number): boolean => day > toPhoenixDay(nowMs - DAYS * DAY_MS);

/** Of the last 30 days, over several loops. */
export const sumDrift = (all: readonly Drift[], nowMs: number): Compared => {
  const days = all.flatMap((one) => Object.entries(one)).filter(([day]) => isRecent(day, nowMs));
  return days.reduce(
    (sum, [, { compared, differed }]) => ({
      compared: sum.compared + compared,
      differed: sum.differed + differed,
    }),
    { compared: 0, differed: 0 },
  );
};

/** With what was compared now, and without what is older than 30 days. */
export const addDrift = (before: Drift, { compared, differed }: Compared, nowMs: number): Drift => {
  if (compared === 0 && differed === 0) return before;
  const today = toPhoenixDay(nowMs);
  const recent = Object.fromEntries(Object.entries(before).filter(([day]) => isRecent(day, nowMs)));
  const already = recent[today] ?? { compared: 0, differed: 0 };
  const sum = { compared: already.compared + compared, differed: already.differed + differed };
  return { ...recent, [today]: sum };
};
