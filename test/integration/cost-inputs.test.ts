import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MEASURED } from '../../src/cli/cost/inputs.ts';
import { eventBytes, ingestWrites, snapshotBytes } from '../../src/cli/cost/month.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { startTestEngine } from '../support/engine.ts';
import { itemBytes } from '../support/item-size.ts';
import { type MeteringProxy, startMeteringProxy } from '../support/metering-proxy.ts';

let proxy: MeteringProxy;
let app: TestApp;
const cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const engine = await startTestEngine();
  cleanUp.push(engine.stop);
  proxy = await startMeteringProxy(engine.endpoint);
  cleanUp.push(proxy.close);
  app = await startApp({ endpoint: proxy.endpoint });
});

afterAll(async () => {
  for (const stop of cleanUp.reverse()) await stop();
});

const fixture = (name: string): string =>
  JSON.stringify(
    JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/deliveries/${name}.json`), 'utf8')),
  );

/** What ingest wrote for one delivery: bytes of the event, and units by where they went. */
const deliver = async (name: string) => {
  proxy.writes.length = 0;
  const body = fixture(name);
  await app.deliver(body);
  const event = proxy.writes.at(-1)?.input.Item;
  const indexes = proxy.writes.flatMap((write) => Object.values(write.indexes));
  return {
    body_bytes: body.length,
    event_bytes: itemBytes(event),
    table_units: proxy.writes.reduce((sum, { table }) => sum + table, 0),
    index_units: indexes.reduce((sum, units) => sum + units, 0),
  };
};

/** A straight line through bodies of all kinds is a fifth off at worst. */
const isNear = (measured: number, formula: number): void => {
  expect(formula / measured).toBeGreaterThan(0.8);
  expect(formula / measured).toBeLessThan(1.2);
};

describe('the measured inputs of the cost formula', () => {
  it('still fit a creation, because code that stores more must be measured again', async () => {
    const { body_bytes, event_bytes, table_units, index_units } = await deliver('cloud-issue-created');
    const formula = ingestWrites(MEASURED, body_bytes, 'creation');
    isNear(event_bytes, eventBytes(MEASURED, body_bytes));
    expect(Math.abs(formula.table_units - table_units)).toBeLessThanOrEqual(1);
    expect(formula.index_units).toBe(index_units);
  });

  it('still fit a comment', async () => {
    const { body_bytes, event_bytes, table_units, index_units } = await deliver('cloud-comment-created');
    const formula = ingestWrites(MEASURED, body_bytes, 'recorded');
    isNear(event_bytes, eventBytes(MEASURED, body_bytes));
    expect(Math.abs(formula.table_units - table_units)).toBeLessThanOrEqual(1);
    expect(formula.index_units).toBe(index_units);
  });

  it('still fit a large update, rows of fields included', async () => {
    const { body_bytes, event_bytes } = await deliver('cloud-issue-updated');
    isNear(event_bytes, eventBytes(MEASURED, body_bytes));
    expect(body_bytes).toBe(12_990);
    isNear(1_253, snapshotBytes(MEASURED, body_bytes));
  });
});
