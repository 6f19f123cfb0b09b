import type { SweepDeps } from '../correlate/run/sweep-events.ts';
import { isEventId } from '../domain/event-id.ts';
import { systemClock } from '../platform/clock.ts';
import { readProcessing } from '../store/events/processing.ts';
import { getEvent, toEventView } from '../store/events/read-events.ts';
import { CommandError, newCommand, runCommand, UsageError } from './shared/command.ts';
import { itemDeadline, withStore } from './shared/connection.ts';
import { type TableFlags, withStoreOptions } from './shared/place.ts';

const command = withStoreOptions(
  newCommand('event', 'Prints a stored event as JSON.')
    .argument('<id>', 'event_id from an answer, a log line or GET /events')
    .option('--raw', 'print its body instead, byte for byte')
    .addHelpText('after', '\nTo save a body: npm run --silent event -- ID --raw > body.json'),
);

const readEvent = async (events: SweepDeps, id: string) => {
  const found = await getEvent({ ...events, signal: itemDeadline() }, id, systemClock());
  if (!found)
    throw new CommandError(
      `There is no event ${id} in tenant ${events.tenant}: events expire. Another tenant: --tenant NAME`,
    );
  return found;
};

/** The exact body that was signed, from the table or the artifact store. */
const readRaw = async (events: SweepDeps, id: string): Promise<Buffer> => {
  const { raw } = await readEvent(events, id);
  const bytes = raw ?? (await events.rawBodies.get(id, itemDeadline()));
  if (bytes === null) throw new CommandError(`The body of ${id} is no longer in the artifact store.`);
  return bytes;
};

const show = async (events: SweepDeps, id: string): Promise<string> => {
  const { event } = await readEvent(events, id);
  const [processing] = await readProcessing(
    { table: events.table, signal: itemDeadline() },
    [id],
    systemClock(),
  );
  return `${JSON.stringify(toEventView(event, processing), null, 2)}\n`;
};

await runCommand(command, async () => {
  const { raw, ...flags } = command.opts<TableFlags & { raw?: true }>();
  const [id = ''] = command.args;
  if (!isEventId(id)) throw new UsageError(`${id} is not an event id: expected evt_ and 40 hex digits`);
  process.stdout.write(
    await withStore<string | Buffer>(flags, (events) => (raw ? readRaw(events, id) : show(events, id))),
  );
  return 0;
});
