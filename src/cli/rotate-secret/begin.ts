import { toUtcIso } from '../../domain/instant.ts';
import { own } from '../../domain/json.ts';
import { newSecret } from '../../platform/new-secret.ts';
import { SENDERS } from '../../senders/registry.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { keyNames, parseDocument, stage } from './document.ts';
import { documentToChange, keyInGrace, signingKeys } from './keys.ts';
import { commandFor, describePlan, describeSince, findStaged, type Rotation, write } from './rotation.ts';
import type { StoredSecret } from './secret-store.ts';

export type BeginTools = {
  /** Resolves when every receiver can know what was staged. */
  wait(): Promise<void>;
  /** Shows the new secret, once. */
  show(secret: string): void;
};

/** Stages a new secret beside the one in use, waits, and then shows it. @throws CommandError */
export const begin = async (rotation: Rotation, { wait, show }: BeginTools): Promise<ExitCode> => {
  const { source, store, say } = rotation;
  const stored = await store.read();
  refuseSecond(rotation, stored);
  const secret = await stageNew(rotation, stored);
  if (secret === null) return 1;
  say(
    `It is staged, and shown once every receiver can know it. If this is interrupted: abort, then begin again.`,
  );
  await wait();
  await checkStillStaged(rotation, secret.stored);
  say(`The new ${source} secret, shown only once:`);
  show(secret.text);
  say(`${SENDERS[source].secret_goes}
Then cause a delivery, and check that it was used: ${commandFor(source, 'status')}
Once it was, retire the old one: ${commandFor(source, 'finish')}`);
  return 0;
};

/** A new secret as a sender has it, and as the store does. */
type NewSecret = { text: string; stored: unknown };

/**
 * Stages a new secret, if the user agrees (else null) and the store holds what was read before.
 * @throws CommandError
 */
export const stageNew = async (rotation: Rotation, stored: StoredSecret): Promise<NewSecret | null> => {
  const { source, say } = rotation;
  const text = newSecret();
  const after = stage(documentToChange(stored, rotation.grace_hours, rotation.clock()), source, text);
  say(describePlan(rotation, stored, after));
  warnOfGrace(rotation, stored);
  if (!(await rotation.ask(`Stage a new secret for ${source}? The current one stays valid.`))) return null;
  await write(rotation, stored, after);
  return { text, stored: after[keyNames(source).next] };
};

const refuseSecond = ({ source, grace_hours }: Rotation, stored: StoredSecret): void => {
  const staged = findStaged(stored, source, grace_hours);
  if (staged === null) return;
  throw new CommandError(`A new ${source} secret is already staged, ${describeSince(staged)}. It is not shown again.
To continue with it: ${commandFor(source, 'status')}
${source === 'jira' ? `To give it to Jira: ${commandFor(source, 'begin --register')}\n` : ''}If it was lost: ${commandFor(source, 'abort')}, then begin again`);
};

/** One secret at a time can be in its grace, so a second rotation within it can begin but must wait to finish. */
const warnOfGrace = ({ source, grace_hours, clock, say }: Rotation, stored: StoredSecret): void => {
  const inGrace = keyInGrace(signingKeys(stored, source, grace_hours), clock());
  if (inGrace)
    say(`finish must wait until ${toUtcIso(inGrace.until)}: until then an earlier secret verifies.`);
};

/** A secret that was taken back or overwritten while this command waited must not be pasted anywhere. */
const checkStillStaged = async ({ store, source }: Rotation, staged: unknown): Promise<void> => {
  const { current } = await store.read();
  if (own(parseDocument(current.text), keyNames(source).next) !== staged)
    throw new CommandError(
      'The new secret was removed from the store while this command waited, so it is not shown.',
    );
};

/**
 * Between staging a secret and showing it. A process that knows only the old keys looks again when a signature
 * matches nothing, but at most once in 30 s; twice that, so that a stranger's signature cannot have used the look up.
 */
const WAIT_SECONDS = 60;

export type WaitOutput = { isTTY?: boolean; write(text: string): unknown };

/** Waits 60 s: with a countdown on a terminal, else after one line that says so. */
export const waitForReceivers = async (
  sleep: (ms: number) => Promise<unknown>,
  output: WaitOutput,
): Promise<void> => {
  if (!output.isTTY) {
    output.write(`Waiting ${WAIT_SECONDS} s\n`);
    await sleep(WAIT_SECONDS * 1000);
    return;
  }
  for (let left = WAIT_SECONDS; left > 0; left -= 1) {
    output.write(`\rWaiting ${String(left).padStart(2)} s `);
    await sleep(1000);
  }
  output.write('\r                \r');
};
