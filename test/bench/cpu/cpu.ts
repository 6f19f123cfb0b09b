import { createHmac } from 'node:crypto';
import { signatureOf } from '../../../src/cli/shared/exchange.ts';
import { normalize } from '../../../src/senders/jira/normalize.ts';
import { parseDelivery } from '../../../src/senders/jira/parse.ts';
import { SENDERS } from '../../../src/senders/registry.ts';
import { overrideSecret } from '../../../src/verify/secret-source.ts';
import { createVerifier } from '../../../src/verify/verify-delivery.ts';
import { minified, readDeliveries, typicalUpdate } from '../shared/deliveries.ts';
import { judge, printTable, type Section } from '../shared/section.ts';
import { median, ratios, spread } from '../shared/stats.ts';

const SECRET = 'bench';
const NOW_MS = Date.now();
const MOST_TIMES_THE_FLOOR = 3;

type Signed = { bytes: Buffer; headers: ReadonlyMap<string, string> };

const signed = (bytes: Buffer): Signed => ({
  bytes,
  headers: new Map([['x-hub-signature', signatureOf(SECRET, bytes)]]),
});

const secrets = overrideSecret('JIRA_WEBHOOK_SECRET', SECRET);
const verifier = createVerifier({ scheme: SENDERS.jira.scheme, secrets, clock: () => NOW_MS });

/** What a delivery goes through before the first write. */
const ours = async ({ bytes, headers }: Signed): Promise<unknown> => {
  const verdict = await verifier.verify(headers, bytes);
  if (verdict.outcome !== 'verified') throw new Error(`A signed delivery was ${verdict.outcome}`);
  const parsed = parseDelivery(bytes);
  return parsed.kind === 'delivery' ? normalize(parsed.delivery, NOW_MS) : parsed;
};

const floor = ({ bytes }: Signed): unknown => [
  createHmac('sha256', SECRET).update(bytes).digest(),
  JSON.parse(bytes.toString()),
];

/** Processor microseconds per delivery, garbage collection included. */
const measure = async (work: (one: Signed) => unknown, set: Signed[], times: number): Promise<number> => {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) for (const one of set) await work(one);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times / set.length;
};

const compare = async (set: Signed[], short: boolean): Promise<{ ours: number[]; floor: number[] }> => {
  const once = await measure(floor, set, Math.ceil(400 / set.length));
  const times = Math.max(1, Math.round((short ? 20_000 : 80_000) / once / set.length));
  const measured = { ours: [] as number[], floor: [] as number[] };
  for (let round = short ? -2 : -5; round < (short ? 7 : 21); round++) {
    const figures = { ours: await measure(ours, set, times), floor: await measure(floor, set, times) };
    if (round < 0) continue; // The first rounds warm up the compiler.
    measured.ours.push(figures.ours);
    measured.floor.push(figures.floor);
  }
  return measured;
};

/** Verify, parse, recognise and normalize against bare HMAC and `JSON.parse` of the same bytes. */
export const cpu: Section = async ({ short, folder }) => {
  const files = readDeliveries(folder);
  const sets: [string, Buffer[]][] = [
    ['one update, minified', [typicalUpdate()]],
    ['the folder, minified', files.map(({ bytes }) => minified(bytes))],
    ['the folder as it is', files.map(({ bytes }) => bytes)],
  ];
  const rows: string[][] = [];
  const goals = [];
  for (const [name, bodies] of sets) {
    const figures = await compare(bodies.map(signed), short);
    const times = ratios(figures.ours, figures.floor);
    const bytes = bodies.reduce((total, body) => total + body.length, 0) / bodies.length;
    const micros = [figures.ours, figures.floor].map((one) => median(one).toFixed(1));
    rows.push([name, bytes.toFixed(0), ...micros, spread(times)]);
    goals.push(judge(`CPU before the first write, ${name}`, median(times), '<=', MOST_TIMES_THE_FLOOR));
  }
  const head = ['deliveries', 'bytes', 'ours us', 'floor us', 'ratio (range)'];
  printTable(
    '\n2. CPU per delivery: verify, parse, recognise, normalize / bare HMAC and JSON.parse',
    head,
    rows,
  );
  return goals;
};
