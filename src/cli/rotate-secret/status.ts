import { SECRET_VARIABLES } from '../../contract/env-variables.ts';
import { toUtcIso } from '../../domain/instant.ts';
import type { Source } from '../../domain/source.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { textTable } from '../shared/tables.ts';
import { keyNames } from './document.ts';
import { describeKeys } from './keys.ts';
import { commandFor, describeSince, findStaged, type Rotation, type Staged, type Use } from './rotation.ts';

const UNKNOWN = 'not recorded';

/** Prints the keys, their state and which ones deliveries use. Exit code 1 if the deliveries cannot be read. */
export const status = async (rotation: Rotation): Promise<ExitCode> => {
  const { source, store, clock, say, grace_hours } = rotation;
  const stored = await store.read();
  const keys = describeKeys(stored, source, grace_hours, clock());
  say(`The keys of ${source} in the secret ${rotation.secret_id}:\n${textTable(['key', 'now'], keys)}\n`);
  const uses = await readUses(rotation);
  if (uses) say(`${describeUses(uses, source)}\n`);
  say(nextStep(findStaged(stored, source, grace_hours), uses, source));
  return uses ? 0 : 1;
};

/** Null, after printing the reason, when the table cannot be used. */
const readUses = async ({ deliveries, say }: Rotation): Promise<Use[] | null> => {
  try {
    return await deliveries.newest();
  } catch (fault) {
    if (!(fault instanceof CommandError)) throw fault;
    say(`It is unknown which keys the last deliveries used. ${fault.message}`);
    return null;
  }
};

const describeUses = (uses: Use[], source: Source): string => {
  if (uses.length === 0) return `No delivery of ${source} is stored.`;
  const what = uses.length === 1 ? 'The last delivery' : `The last ${uses.length} deliveries`;
  const lines = [`${what} of ${source} (redeliveries are not counted):`, usesTable(uses)];
  if (uses[0]?.secret === SECRET_VARIABLES[source])
    lines.push(
      `The receiver has ${SECRET_VARIABLES[source]} in its environment, so it does not read the store.`,
    );
  return lines.join('\n');
};

/** How many deliveries each key verified, and when the last one arrived. */
const usesTable = (uses: Use[]): string => {
  const byKey = Map.groupBy(uses, ({ secret }) => secret ?? UNKNOWN);
  const rows = [...byKey].map(([key, some]) => [
    key,
    String(some.length),
    toUtcIso(some[0]?.received_ms ?? 0),
  ]);
  return textTable(['verified by', 'deliveries', 'last'], rows);
};

const nextStep = (staged: Staged | null, uses: Use[] | null, source: Source): string => {
  if (staged === null) return `No rotation is in progress. To start one: ${commandFor(source, 'begin')}`;
  const underWay = `A rotation is in progress ${describeSince(staged)}.`;
  if (wasUsed(uses, staged, source))
    return `${underWay} The new secret is in use. To continue: ${commandFor(source, 'finish')}`;
  return `${underWay} The new secret has not been seen in use yet. Set it in the sender, or: ${commandFor(source, 'abort')}`;
};

/** Whether the staged secret was used, by the same rule as in `finish`; null if that cannot be known. */
const wasUsed = (uses: Use[] | null, staged: Staged, source: Source): boolean | null => {
  const from = staged.sure_from_ms;
  if (uses === null || from === null) return null;
  return uses.some((use) => use.secret === keyNames(source).next && use.received_ms >= from);
};
