import { toUtcIso } from '../../domain/instant.ts';
import { own } from '../../domain/json.ts';
import { newSecret } from '../../platform/new-secret.ts';
import { SENDERS } from '../../senders/registry.ts';
import type { Job } from '../jira-webhook/job.ts';
import { checkRegistrable, register } from '../jira-webhook/register.ts';
import type { SigningSecret } from '../jira-webhook/signing-secret.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { keyNames, parseDocument, stage } from './document.ts';
import { documentToChange, keyInGrace, signingKeys } from './keys.ts';
import {
  commandFor,
  describePlan,
  describeSince,
  findStaged,
  type Rotation,
  type Staged,
  write,
} from './rotation.ts';
import type { StoredSecret } from './secret-store.ts';

export type BeginTools = {
  /** Resolves when every receiver can know the staged secret. */
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

/** A new secret: `text` for the sender, `stored` as it is in the store. */
type NewSecret = { text: string; stored: unknown };

/**
 * Stages a new secret if the user agrees; null otherwise.
 * @throws CommandError also if the store was changed since `stored` was read
 */
const stageNew = async (rotation: Rotation, stored: StoredSecret): Promise<NewSecret | null> => {
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

/** Only one secret at a time can be in its grace, so a second rotation can begin then but must wait to finish. */
const warnOfGrace = ({ source, grace_hours, clock, say }: Rotation, stored: StoredSecret): void => {
  const inGrace = keyInGrace(signingKeys(stored, source, grace_hours), clock());
  if (inGrace)
    say(`finish must wait until ${toUtcIso(inGrace.until)}: until then an earlier secret verifies.`);
};

/** A secret that was removed or overwritten while this command waited must not be shown. @throws CommandError */
const checkStillStaged = async ({ store, source }: Rotation, staged: unknown): Promise<void> => {
  const { current } = await store.read();
  if (own(parseDocument(current.text), keyNames(source).next) !== staged)
    throw new CommandError(
      'The new secret was removed from the store while this command waited, so it is not shown.',
    );
};

/**
 * Time between staging a secret and showing it. A receiver that knows only the old keys reads them again when a
 * signature matches none, but at most once in 30 s; twice that, as an invalid signature may have just used that read.
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

/**
 * Stages a new secret as `begin` does, and gives it to Jira instead of showing it. Run again after an interruption, it
 * continues: a secret that is already staged is given to Jira, and both verify until `finish`.
 * @param wait resolves when every receiver can know the staged secret
 * @throws CommandError or JiraError
 */
export const beginAndRegister = async (
  rotation: Rotation,
  job: Job,
  wait: () => Promise<void>,
): Promise<ExitCode> => {
  const { store, grace_hours, say } = rotation;
  // Before anything is staged, so that a failure here leaves no unfinished rotation.
  await checkRegistrable(job, NEXT);
  const stored = await store.read();
  const staged = findStaged(stored, 'jira', grace_hours);
  if (!(await (staged === null ? stageNew(rotation, stored) : agreeToGoOn(rotation, staged)))) return 1;
  say(`It is staged. If this is interrupted, run the same command again: it continues from here.`);
  await wait();
  await register({ ...job, readSecret: () => readStaged(job) });
  say(`Once it was used, retire the old one: ${commandFor('jira', 'finish')}`);
  return 0;
};

const NEXT = keyNames('jira').next;

const agreeToGoOn = ({ ask, say }: Rotation, staged: Staged): Promise<boolean> => {
  say(`A new jira secret is already staged, ${describeSince(staged)}: this continues with it.`);
  return ask('Give the staged secret to Jira? The current one stays valid.');
};

/** Read as late as possible: a secret that was removed meanwhile must not be given to Jira. */
const readStaged = async ({ readSecret }: Job): Promise<SigningSecret> => {
  const secret = await readSecret();
  if (secret.name === NEXT) return secret;
  throw new CommandError(
    'The new secret was removed from the store while this command waited, so Jira did not get it and still has its earlier one.',
  );
};
