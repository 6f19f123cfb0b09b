import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Clock } from '../../src/platform/clock.ts';

export const OPERATIONS = [
  'GetSecretValue',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'DescribeSecret',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A request without the secret's id. */
export type Call = Record<string, unknown>;

/** A version of a secret with its staging labels; null is a binary one. */
export type Version = { id: string; document: string | null; createdMs: number; labels: Set<string> };

/** The version an operation was about, or an error of the service. */
type Done = { version: Version } | { error: string; message: string };

const get = z.object({ VersionStage: z._default(z.string(), 'AWSCURRENT') });

const put = z.object({
  ClientRequestToken: z.string().check(z.minLength(32), z.maxLength(64)),
  SecretString: z.string(),
  VersionStages: z._default(z.array(z.string()).check(z.minLength(1)), ['AWSCURRENT']),
});

const update = z.object({
  VersionStage: z.string(),
  RemoveFromVersionId: z.optional(z.string()),
  MoveToVersionId: z.optional(z.string()),
});

const invalid = (message: string): Done => ({ error: 'InvalidParameterException', message });

/**
 * The versions of one secret, as the API reference has it: a label is on one version at a time, AWSPREVIOUS goes
 * where AWSCURRENT was taken from, and a label moves only from the version that is named.
 */
export class SecretVersions {
  readonly #clock: Clock;
  readonly #versions: Version[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(label: string): Version | undefined {
    return this.#versions.find(({ labels }) => labels.has(label));
  }

  labels(): string[] {
    return this.#versions.flatMap(({ labels }) => [...labels]).sort();
  }

  /** As somebody in the console does. */
  put(document: string | null, createdMs: number): void {
    this.#add(randomUUID(), document, createdMs, ['AWSCURRENT']);
  }

  missing(what = "Secrets Manager can't find the specified secret."): Done {
    return { error: 'ResourceNotFoundException', message: what };
  }

  perform(operation: Operation, call: Call): Done {
    if (operation === 'GetSecretValue') return this.#get(get.parse(call));
    if (operation === 'DescribeSecret') return this.#describe();
    return operation === 'PutSecretValue' ? this.#put(put.parse(call)) : this.#update(update.parse(call));
  }

  #get({ VersionStage }: z.output<typeof get>): Done {
    const version = this.find(VersionStage);
    const message = `Secrets Manager can't find the specified secret value for staging label: ${VersionStage}`;
    return version ? { version } : this.missing(message);
  }

  /** The secret was made with its first version. */
  #describe(): Done {
    const [first] = this.#versions;
    return first ? { version: first } : this.missing();
  }

  #put({ ClientRequestToken, SecretString, VersionStages }: z.output<typeof put>): Done {
    const there = this.#versions.find(({ id }) => id === ClientRequestToken);
    if (there && there.document !== SecretString)
      return { error: 'ResourceExistsException', message: 'You cannot modify an existing version.' };
    return { version: there ?? this.#add(ClientRequestToken, SecretString, this.#clock(), VersionStages) };
  }

  #update({ VersionStage, RemoveFromVersionId, MoveToVersionId }: z.output<typeof update>): Done {
    const holder = this.find(VersionStage);
    const target = this.#versions.find(({ id }) => id === MoveToVersionId);
    if (MoveToVersionId !== undefined && !target) return this.missing('There is no such version.');
    const named = this.#versions.find(({ id }) => id === RemoveFromVersionId);
    if ((holder && holder !== target && holder !== named) || (named && named !== holder))
      return invalid(`RemoveFromVersionId must be the version that has the label ${VersionStage}.`);
    if (target) this.#label(target, VersionStage);
    else holder?.labels.delete(VersionStage);
    const about = target ?? holder;
    return about ? { version: about } : invalid('Nothing to do.');
  }

  #add(id: string, document: string | null, createdMs: number, labels: readonly string[]): Version {
    const version = { id, document, createdMs, labels: new Set<string>() };
    this.#versions.push(version);
    for (const label of labels) this.#label(version, label);
    return version;
  }

  #label(version: Version, label: string): void {
    const holder = this.find(label);
    holder?.labels.delete(label);
    version.labels.add(label);
    if (label === 'AWSCURRENT' && holder && holder !== version) this.#label(holder, 'AWSPREVIOUS');
  }
}
