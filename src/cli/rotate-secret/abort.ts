import { toUtcIso } from '../../domain/instant.ts';
import { own } from '../../domain/json.ts';
import type { ExitCode } from '../shared/command.ts';
import { CommandError } from '../shared/command-error.ts';
import { keyNames, parseDocument, takeBack } from './document.ts';
import { documentToChange } from './keys.ts';
import { describePlan, type Rotation, write } from './rotation.ts';
import type { StoredSecret } from './secret-store.ts';
import { findStaged } from './staged.ts';

/** Whether somebody signs with it is worth a warning, but no reason not to take it back: it may be stolen. */
const warnOfUse = async (rotation: Rotation, stored: StoredSecret): Promise<void> => {
  const { source, grace_hours, deliveries, say } = rotation;
  const since = findStaged(stored, source, grace_hours)?.since_ms ?? 0;
  try {
    const use = await deliveries.newestUseOf(keyNames(source).next, since);
    if (use)
      say(`WARNING: a delivery at ${toUtcIso(use.received_ms)} was signed with it. Its sender is refused after this,
for good: put the old secret back into it first.`);
  } catch (fault) {
    if (!(fault instanceof CommandError)) throw fault;
    say(`WARNING: whether deliveries are signed with it already is not known. ${fault.message}`);
  }
};

/** Takes the staged secret back. @throws CommandError */
export const abort = async (rotation: Rotation): Promise<ExitCode> => {
  const { source, store, clock, say, grace_hours } = rotation;
  const stored = await store.read();
  if (own(parseDocument(stored.current.text), keyNames(source).next) === undefined)
    throw new CommandError(`Nothing is staged for ${source}: there is nothing to take back.`);
  const after = takeBack(documentToChange(stored, grace_hours, clock()), source);
  say(describePlan(rotation, stored, after));
  await warnOfUse(rotation, stored);
  if (!(await rotation.ask(`Take the staged ${source} secret back?`))) return 1;
  await write(rotation, stored, after);
  say('It is taken back, and verifies nothing within 5 minutes.');
  return 0;
};
