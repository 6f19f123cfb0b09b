// A process with an engine on a file and a poller, for tests that kill it and start another:
// node poller-holder.ts <db path> <first event> <last event> [number of a further event to die at]
// Puts the events, prints each that is handled, then `idle`. Dies in the handler, before it has answered.

import { startEngine } from '../../src/local/engine.ts';
import { ensureTable } from '../../src/store/calls/create-table.ts';
import { eventNumber, partitionsOf, pollFor, putEvents, recordBatches, tableAt } from './polling.ts';

const [dbPath = '', first = '', last = '', dieAt] = process.argv.slice(2);
const engine = await startEngine({ dbPath });
const table = tableAt(engine.endpoint, 'polled');
await ensureTable(table.client, table.name);
const { handler } = recordBatches((records) => {
  for (const pk of partitionsOf(records)) {
    console.log(pk);
    if (dieAt && pk === `E#${eventNumber(Number(dieAt))}`) process.kill(process.pid, 'SIGKILL');
  }
  return { batchItemFailures: [] };
});
await putEvents(table, Number(first), Number(last));
const poller = await pollFor(engine.endpoint, table, handler);
await poller.idle();
console.log('idle');
if (dieAt) await putEvents(table, Number(last) + 1, Number(dieAt));
if (dieAt) await poller.idle();
await poller.stop();
await engine.stop();
