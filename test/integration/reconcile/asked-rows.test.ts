import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { Subject } from '../../../src/domain/delivery.ts';
import { MINUTE_MS } from '../../../src/domain/instant.ts';
import {
  type Asked,
  listAsked,
  postponeAsked,
  putAsked,
  readAsked,
  settleAsked,
} from '../../../src/store/reconcile/asked.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { depth } from '../../support/depth.ts';
import { useEngine } from '../../support/use-engine.ts';

const SUBJECT: Subject = { kind: 'version', id: '7' };

const engine = useEngine();
let app: TestApp;
let tenants = 0;

beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint });
});

const newPlace = () => {
  tenants += 1;
  return { table: app.events.table, tenant: `t${tenants}`, signal: AbortSignal.timeout(60_000) };
};

type Place = ReturnType<typeof newPlace>;

const onlyAsked = async ({ table, tenant, signal }: Place): Promise<Asked | undefined> =>
  (await listAsked({ table, tenant, newSignal: () => signal }).next()).value?.[0];

/** What a history does: somebody asks, a reader begins, the reader that began first comes to its end. */
const step = fc.record({ kind: fc.constantFrom('ask', 'begin', 'settle'), after: fc.nat(90_000) });

it('is read once more until a read began a minute after it was asked for last, because the index is late', {
  tags: ['deep'],
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const place = newPlace();
      let now = 1_000_000;
      const asks: number[] = [];
      const reading: { asked: Asked; began: number }[] = [];
      const settled: number[] = [];
      const ask = async () => {
        asks.push(now);
        await putAsked(place, SUBJECT, now);
      };
      const begin = async () => {
        const asked = await onlyAsked(place);
        if (asked && asked.due_ms <= now) reading.push({ asked, began: now });
      };
      const settle = async () => {
        const read = reading.shift();
        if (!read) return;
        settled.push(read.began);
        await settleAsked(place, read.asked, read.began);
      };
      await ask();
      for (const { kind, after } of steps) {
        now += after;
        await (kind === 'ask' ? ask() : kind === 'begin' ? begin() : settle());
      }
      while (reading.length > 0) await settle();
      for (let rest = await onlyAsked(place); rest; rest = await onlyAsked(place)) {
        now = Math.max(now, rest.due_ms);
        await begin();
        await settle();
      }
      expect(Math.max(...settled)).toBeGreaterThanOrEqual(Math.max(...asks) + MINUTE_MS);
    }),
    { numRuns: depth(20, 300) },
  );
});

it('is taken off once it is read, and not when it was asked for meanwhile, because that may be newer', async () => {
  const place = newPlace();
  await putAsked(place, SUBJECT, 1_000);
  const asked = await readAsked(place, 'version#7');
  if (asked === null) throw new Error('nothing is asked for');
  await putAsked(place, SUBJECT, 100_000);
  await settleAsked(place, asked, 90_000);
  expect(await readAsked(place, 'version#7')).toMatchObject({ asked_ms: 100_000, due_ms: 150_000 });
  await settleAsked(place, { ...asked, asked_ms: 100_000 }, 160_000);
  expect(await readAsked(place, 'version#7')).toBeNull();
});

it('is not made anew when it is put off after it was taken off, because nobody asks for it', async () => {
  const place = newPlace();
  await postponeAsked(place, { name: 'version#7', subject: SUBJECT, asked_ms: 1, due_ms: 1 }, 5);
  expect(await onlyAsked(place)).toBeUndefined();
});
