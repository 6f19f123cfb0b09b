import { SECRET_VARIABLES } from '../../contract/env-variables.ts';
import type { InstanceRecord } from '../../local/instance.ts';
import { keyNames } from '../rotate-secret/document.ts';
import { signingKeys } from '../rotate-secret/keys.ts';
import type { SecretStore } from '../rotate-secret/secret-store.ts';
import { CommandError, UsageError } from '../shared/command.ts';

/** The secret for Jira to sign with, as text, and the receiver's name for it. */
export type SigningSecret = { text: string; name: string };

/** Where the secret is: in the store, by name or ARN, or given as text. */
export type SecretPlace = { id: string } | { text: string };

/**
 * Flags override the environment, which overrides the running instance. Using the instance's secret for another
 * address, such as a tunnel's, is safe: only Jira gets it, and a wrong one verifies nothing.
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

/** The key as text: senders sign with the UTF-8 bytes of what is typed into them. @throws CommandError */
const textOf = (key: Buffer, name: string): string => {
  const text = key.toString('utf8');
  if (Buffer.from(text).equals(key)) return text;
  throw new CommandError(
    `${name} is not text, so Jira cannot use it. Create another: npm run rotate-secret -- --source jira begin`,
  );
};

/** The staged secret, else the main one: both verify. @throws CommandError */
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
