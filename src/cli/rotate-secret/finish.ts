import { HOUR_MS, toUtcIso } from '../../domain/instant.ts';
import { own } from '../../domain/json.ts';
import type { Source } from '../../domain/source.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { keyNames, parseDocument, promote, takeBack } from './document.ts';
import { documentToChange, keyInGrace, signingKeys } from './keys.ts';
import { commandFor, describePlan, findStaged, type Rotation, type Staged, write } from './rotation.ts';
import type { StoredSecret } from './secret-store.ts';

/**
 * Makes the staged secret the main one and starts the grace of the old one.
 * @param force finishes even if no delivery used the new secret, or an earlier one is still in its grace
 * @param hours the grace of the old secret
 * @throws CommandError
 */
export const finish = async (
  rotation: Rotation,
  force: boolean,
  hours: number = rotation.grace_hours,
): Promise<ExitCode> => {
  const { source, store, clock, say, grace_hours } = rotation;
  const stored = await store.read();
  const staged = stagedOrFail(stored, rotation);
  if (!force) await checkUsed(rotation, staged);
  checkGrace(rotation, stored, force);
  const at_ms = clock();
  const until = at_ms + hours * HOUR_MS;
  const after = promote(documentToChange(stored, grace_hours, at_ms), source, { at_ms, until_ms: until });
  say(describePlan(rotation, stored, after));
  const { previous } = keyNames(source);
  const fate = Object.hasOwn(after, previous) ? `The old one verifies until ${toUtcIso(until)}.` : '';
  if (!(await rotation.ask(`Make the new secret the main one? ${fate}`.trim()))) return 1;
  await write(rotation, stored, after);
  say(`The new ${source} secret is the main one. ${fate}`.trim());
  return 0;
};

const stagedOrFail = (stored: StoredSecret, { source, grace_hours }: Rotation): Staged => {
  const staged = findStaged(stored, source, grace_hours);
  if (staged) return staged;
  throw new CommandError(`Nothing is staged for ${source}. To start: ${commandFor(source, 'begin')}`);
};

/** Without a sender that uses the new secret, the old one must not begin its grace. @throws CommandError */
const checkUsed = async ({ source, deliveries, clock, say }: Rotation, staged: Staged): Promise<void> => {
  const from = staged.sure_from_ms;
  const look = deliveries.newestUseOf(keyNames(source).next, from ?? Number.MAX_SAFE_INTEGER);
  const use = await look.catch((fault) => {
    throw nameFault(fault);
  });
  if (use) return say(`It was last used by a delivery at ${toUtcIso(use.received_ms)}.`);
  throw new CommandError(`${explainUnused(source, from, clock())}
--force finishes anyway; the old secret then verifies for its grace period only.`);
};

const nameFault = (fault: unknown): CommandError => {
  if (!(fault instanceof CommandError)) throw fault;
  return new CommandError(
    `It is unknown whether the new secret was used; --force skips this check.\n${fault.message}`,
  );
};

/** What is missing for a `finish` without --force. */
const explainUnused = (source: Source, from: number | null, nowMs: number): string => {
  if (from !== null && nowMs < from)
    return `Not yet: deliveries count from ${toUtcIso(from)} on, because until then a receiver may know an earlier secret by this name.`;
  const since = from === null ? '' : ` since ${toUtcIso(from)}`;
  return `No delivery${since} was signed with the new ${source} secret: is it set in the sender, and has the sender delivered anything?`;
};

/** Only one secret can be in its grace: finishing now would end the grace of an earlier one too soon. */
const checkGrace = (rotation: Rotation, stored: StoredSecret, force: boolean): void => {
  const { source, grace_hours, clock, say } = rotation;
  const inGrace = keyInGrace(signingKeys(stored, source, grace_hours), clock());
  if (inGrace === null) return;
  const until = `an earlier ${source} secret (${inGrace.key.name}) was promised to verify until ${toUtcIso(inGrace.until)}`;
  if (!force) throw new CommandError(`Not yet: ${until}. --force ends it now.`);
  say(`By --force: ${until} and stops now.`);
};

/** Removes the staged secret. @throws CommandError */
export const abort = async (rotation: Rotation): Promise<ExitCode> => {
  const { source, store, clock, say, grace_hours } = rotation;
  const stored = await store.read();
  if (own(parseDocument(stored.current.text), keyNames(source).next) === undefined)
    throw new CommandError(`Nothing is staged for ${source}: there is nothing to abort.`);
  const after = takeBack(documentToChange(stored, grace_hours, clock()), source);
  say(describePlan(rotation, stored, after));
  await warnOfUse(rotation, stored);
  if (!(await rotation.ask(`Remove the staged ${source} secret?`))) return 1;
  await write(rotation, stored, after);
  say('It is removed, and stops verifying within 5 minutes.');
  return 0;
};

/** If a sender already signs with it, this only warns: the secret may be stolen and has to go. */
const warnOfUse = async (rotation: Rotation, stored: StoredSecret): Promise<void> => {
  const { source, grace_hours, deliveries, say } = rotation;
  const since = findStaged(stored, source, grace_hours)?.since_ms ?? 0;
  try {
    const use = await deliveries.newestUseOf(keyNames(source).next, since);
    if (use)
      say(`WARNING: a delivery at ${toUtcIso(use.received_ms)} was signed with it. After this, deliveries of its sender
are refused and lost: set the old secret in the sender first.`);
  } catch (fault) {
    if (!(fault instanceof CommandError)) throw fault;
    say(`WARNING: it is unknown whether deliveries are already signed with it. ${fault.message}`);
  }
};
