import { SECRET_VARIABLES } from '../../contract/env-variables.ts';
import type { InstanceRecord } from '../../local/instance.ts';
import { keyNames } from '../rotate-secret/document.ts';
import { signingKeys } from '../rotate-secret/keys.ts';
import type { SecretStore } from '../rotate-secret/secret-store.ts';
import { CommandError, UsageError } from '../shared/command.ts';

/** What Jira is to sign with, as it is typed into it, and the name by which the receiver knows it. */
export type SigningSecret = { text: string; name: string };

/** Where to look: a secret by name or ARN, or its very text. */
export type SecretPlace = { id: string } | { text: string };

/**
 * Flags win over the environment, and that over the running instance. Using the instance's for another address,
 * such as a tunnel's, is safe: only Jira gets it, and a wrong one verifies nothing.
 * @throws UsageError when nothing names one
 */
export const findSecretPlace = (
  named: string | undefined,
  source: NodeJS.ProcessEnv,
  instance: InstanceRecord | null,
): SecretPlace => {
  if (named) return { id: named };
  if (source.JIRA_WEBHOOK_SECRET) return { text: source.JIRA_WEBHOOK_SECRET };
  if (source.JIRA_WEBHOOK_SECRET_ARN) return { id: source.JIRA_WEBHOOK_SECRET_ARN };
  if (instance?.secret) return { text: instance.secret };
  throw new UsageError(
    'Which secret should Jira sign with? Give --stage or --secret-id, or set JIRA_WEBHOOK_SECRET_ARN or JIRA_WEBHOOK_SECRET to the value of the receiver.',
  );
};

/** Senders sign with the UTF-8 bytes of what is typed into them. */
const textOf = (key: Buffer, name: string): string => {
  const text = key.toString('utf8');
  if (Buffer.from(text).equals(key)) return text;
  throw new CommandError(
    `${name} is not text, so Jira cannot use it. Create another: npm run rotate-secret -- --source jira begin`,
  );
};

/** The one that a rotation staged, else the main one: both verify. @throws CommandError */
const readStored = async (store: SecretStore): Promise<SigningSecret> => {
  const { main, next } = keyNames('jira');
  const keys = signingKeys(await store.read(), 'jira', 0);
  const found = keys.find(({ name }) => name === next) ?? keys.find(({ name }) => name === main);
  if (!found) throw new CommandError(`The secret has no ${main}, or it is empty or not valid.`);
  return { text: textOf(found.key, found.name), name: found.name };
};

/** @throws CommandError when there is none, or the store cannot be used */
export const readSigningSecret = async (
  place: SecretPlace,
  openStore: (id: string) => Promise<SecretStore>,
): Promise<SigningSecret> =>
  'text' in place ? { text: place.text, name: SECRET_VARIABLES.jira } : readStored(await openStore(place.id));
