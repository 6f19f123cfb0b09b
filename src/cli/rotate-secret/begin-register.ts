import type { Job } from '../jira-webhook/job.ts';
import { checkRegistrable, register } from '../jira-webhook/register.ts';
import type { SigningSecret } from '../jira-webhook/signing-secret.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { stageNew } from './begin.ts';
import { keyNames } from './document.ts';
import { commandFor, describeSince, findStaged, type Rotation, type Staged } from './rotation.ts';

/**
 * Stages a new secret as `begin` does, and gives it to Jira instead of showing it. Whatever interrupts it, the same
 * again goes on: a secret that is staged already is given to Jira, and both verify until `finish`.
 * @param wait resolves when every receiver can know what was staged
 * @throws CommandError or JiraError
 */
export const beginAndRegister = async (
  rotation: Rotation,
  job: Job,
  wait: () => Promise<void>,
): Promise<ExitCode> => {
  const { store, grace_hours, say } = rotation;
  // Before anything is staged, so that what would keep it from Jira leaves no half of a rotation.
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

/** Read as late as possible: what was removed meanwhile must not be given to anybody. */
const readStaged = async ({ readSecret }: Job): Promise<SigningSecret> => {
  const secret = await readSecret();
  if (secret.name === NEXT) return secret;
  throw new CommandError(
    'The new secret was removed from the store while this command waited, so Jira did not get it and still has its earlier one.',
  );
};
