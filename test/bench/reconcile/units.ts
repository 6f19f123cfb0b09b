import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { systemClock } from '../../../src/platform/clock.ts';
import { eventKey } from '../../../src/store/calls/keys.ts';
import { byId, startObserver } from '../../support/looks.ts';
import { streamRecord } from '../../support/stream-records.ts';
import { trimmed, unitsOf, writesOf } from '../correlation/cost.ts';
import { type Meter, meterTable } from '../correlation/meter.ts';
import { startWorld, type World } from '../correlation/world.ts';
import { type Goal, judge, printTable } from '../shared/section.ts';
import { bytesOf, newIssueBody } from './issue-body.ts';

const MOST_UNITS = 9;
const MOST_UNITS_CORRELATED = 14;

/** Characters of description; the first issue is a small one. */
const DESCRIPTIONS = [500, 2_000, 4_000, 6_000, 8_000, 11_000];
const SOME = 2;

const ISSUES = 20;
const ISSUES_SHORT = 3;

/** Write units of an issue that is new: to take it in, and to correlate its event. */
type Units = { bytes: number; taken: number; correlated: number };

const row = z.object({ last_event: z.object({ event_id: z.string() }) });

let records = 0;

/** The stream's record of the event that brought an issue. */
const recordOf = async ({ app }: World, id: unknown): Promise<DynamoDBRecord> => {
  const { body } = await app.get(`/issues/${String(id)}`);
  const { pk, sk } = eventKey(row.parse(body).last_event.event_id);
  records += 1;
  return streamRecord(pk, sk, { eventName: 'INSERT', sequenceNumber: String(records).padStart(21, '0') });
};

const written = (meter: Meter): number => unitsOf(writesOf(meter.take()));

type Metered = { world: World; taking: Meter };

/** The mean of so many new issues, read at once and correlated in one batch. */
const unitsOfIssues = async (
  { world, taking }: Metered,
  description: number,
  issues: number,
): Promise<Units> => {
  const bodies = Array.from({ length: issues }, () => newIssueBody(description));
  await startObserver(world.app, systemClock).observe(bodies.map((issue) => byId(issue, systemClock())));
  const taken = written(taking) / issues;
  const events = await Promise.all(bodies.map(({ id }) => recordOf(world, id)));
  world.meter.take();
  await world.correlate(events);
  return { bytes: bytesOf(bodies[0] ?? {}), taken, correlated: taken + written(world.meter) / issues };
};

/** Where the largest issue that meets a goal is looked for, and how exactly: no further than the prose goes unrepeated. */
const STEP = 250;
const STEPS = 45;

/** Bytes of the largest issue that costs no more; null when the smallest costs more. */
const largestWithin = async (metered: Metered, isWithin: (units: Units) => boolean): Promise<string> => {
  let [fits, tooLarge] = [-1, STEPS];
  let bytes = 0;
  while (tooLarge - fits > 1) {
    const middle = (fits + tooLarge) >>> 1;
    const units = await unitsOfIssues(metered, middle * STEP, 1);
    if (isWithin(units)) [fits, bytes] = [middle, units.bytes];
    else tooLarge = middle;
  }
  return fits < 0 ? 'none' : `${(bytes / 1000).toFixed(1)} kB`;
};

/** What a first load writes for each issue, by its size. */
export const unitsOfNew = async (short: boolean, owned: AsyncDisposableStack): Promise<Goal[]> => {
  const world = await startWorld(owned);
  const metered = { world, taking: meterTable(world.app.events.table) };
  await unitsOfIssues(metered, 0, 1); // The first gap of a project makes a row more.
  const measured: Units[] = [];
  for (const description of short ? DESCRIPTIONS.slice(0, SOME) : DESCRIPTIONS)
    measured.push(await unitsOfIssues(metered, description, short ? ISSUES_SHORT : ISSUES));
  printTable(
    '   Write units of a new issue, indexes included, by the bytes that Jira shows of it (English prose)',
    ['bytes', 'taken in', 'and correlated'],
    measured.map(({ bytes, taken, correlated }) => [String(bytes), trimmed(taken), trimmed(correlated)]),
  );
  const [small] = measured;
  if (!short) {
    const alone = await largestWithin(metered, ({ taken }) => taken <= MOST_UNITS);
    const both = await largestWithin(metered, ({ correlated }) => correlated <= MOST_UNITS_CORRELATED);
    console.log(
      `   ${MOST_UNITS} units are enough up to ${alone}, with correlation ${MOST_UNITS_CORRELATED} up to ${both}`,
    );
  }
  return [
    judge('write units of a small new issue', small?.taken ?? Number.NaN, '<=', MOST_UNITS),
    judge('the same with correlation', small?.correlated ?? Number.NaN, '<=', MOST_UNITS_CORRELATED),
  ];
};
