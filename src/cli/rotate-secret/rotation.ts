import type { JsonObject } from '../../domain/json.ts';
import type { Source } from '../../domain/source.ts';
import type { Clock } from '../../platform/clock.ts';
import { CommandError } from '../shared/command-error.ts';
import type { Deliveries } from './deliveries.ts';
import { describeChange, parseDocument } from './document.ts';
import type { SecretStore, StoredSecret } from './secret-store.ts';

/** What every step of a rotation works with. */
export type Rotation = {
  source: Source;
  secret_id: string;
  store: SecretStore;
  deliveries: Deliveries;
  /** SECRET_GRACE_HOURS as the receivers have it. */
  grace_hours: number;
  clock: Clock;
  /** Resolves to true only when somebody agreed, or `--yes` did. */
  ask(question: string): Promise<boolean>;
  /** Tells people something; never a value of a key. */
  say(text: string): void;
};

/** How another step is called, for messages. */
export const commandFor = (source: Source, step: string): string =>
  `npm run rotate-secret -- --source ${source} ${step}`;

/** What is going to change, by the names of the keys. */
export const describePlan = ({ secret_id }: Rotation, { current }: StoredSecret, after: JsonObject): string =>
  [`In the secret ${secret_id}, nothing else in it changes:`]
    .concat(describeChange(parseDocument(current.text), after))
    .join('\n');

/** @throws CommandError when the secret is not the one that was read any more */
export const write = async ({ store }: Rotation, read: StoredSecret, after: JsonObject): Promise<void> => {
  if (await store.replace(read.current.version_id, JSON.stringify(after))) return;
  throw new CommandError(
    'Somebody else changed the secret at the same time: this command changed nothing. Look with status first.',
  );
};
