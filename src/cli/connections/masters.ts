import { sha256Hex } from '../../domain/event-id.ts';
import { toUtcIso } from '../../domain/instant.ts';
import { type JsonObject, own } from '../../domain/json.ts';
import { newMaster, readMastersFile, writeMastersFile } from '../../local/masters-file.ts';
import { faultCode } from '../../local/start-error.ts';
import type { Clock } from '../../platform/clock.ts';
import { masterMadeName, masterName, masterNumber, readMasters } from '../../verify/masters.ts';
import { describeChange, parseDocument } from '../rotate-secret/document.ts';
import { documentToChange } from '../rotate-secret/keys.ts';
import type { SecretStore } from '../rotate-secret/secret-store.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';

/** What adding a master needs. */
export type MastersJob = {
  /** Where the masters are stored, in words. */
  where: string;
  store: SecretStore;
  /** SECRET_GRACE_HOURS as the receivers have it. */
  grace_hours: number;
  clock: Clock;
  ask(question: string): Promise<boolean>;
  /** Prints a message; never a key's value. */
  say(text: string): void;
  /** When a new master comes into use, as a sentence. */
  used_when: string;
};

/** Adds a master, unless there is already a usable one. @throws CommandError */
export const init = async (job: MastersJob): Promise<ExitCode> => {
  const { current } = await job.store.read();
  const newest = Math.max(0, ...usable(parseDocument(current.text)));
  if (newest === 0) return addMaster(job);
  job.say(`${job.where} already has ${masterName(newest)}: nothing was changed. Another one: new-master`);
  return 0;
};

/**
 * Adds a master with the next number. Credentials in use do not change: each names its own master.
 * @throws CommandError
 */
export const addMaster = async ({ store, where, ask, say, ...job }: MastersJob): Promise<ExitCode> => {
  const stored = await store.read();
  const before = parseDocument(stored.current.text);
  const number = Math.max(0, ...numbers(before)) + 1;
  const name = masterName(number);
  const now = job.clock();
  const after = {
    ...documentToChange(stored, job.grace_hours, now),
    [name]: newMaster(),
    [masterMadeName(number)]: toUtcIso(now),
  };
  say([`Changes to ${where} (everything else stays):`].concat(describeChange(before, after)).join('\n'));
  if (!(await ask(`Add ${name}? Credentials in use are not changed by it.`))) return 1;
  if (!(await store.replace(stored.current.version_id, JSON.stringify(after))))
    throw new CommandError(
      `${where} was changed at the same time by someone else, so this command changed nothing: run it again.`,
    );
  say(`${name} was added. ${job.used_when}`);
  return 0;
};

const numbers = (document: JsonObject): number[] =>
  Object.keys(document).flatMap((name) => masterNumber(name) ?? []);

/** The numbers of the valid masters. */
const usable = (document: JsonObject): number[] => {
  const masters = numbers(document).map((number) => [masterName(number), own(document, masterName(number))]);
  return [...readMasters(JSON.stringify(Object.fromEntries(masters)), { warn: () => {} }).keys()];
};

/** The masters of the local instance, in a file that only its owner may read. Without a file the document is empty. */
export const openMastersFile = (file: string): SecretStore => {
  const read = (): string => explained(file, () => readMastersFile(file) ?? '{}');
  return {
    read: async () => {
      const text = read();
      return { current: { text, version_id: versionOf(text), created_ms: null }, previous: null };
    },
    replace: async (from, text) => {
      if (versionOf(read()) !== from) return false;
      explained(file, () => writeMastersFile(file, text));
      return true;
    },
  };
};

const versionOf = (text: string): string => sha256Hex(Buffer.from(text));

const explained = <T>(file: string, work: () => T): T => {
  try {
    return work();
  } catch (fault) {
    throw new CommandError(`${file} cannot be used (${faultCode(fault)})`);
  }
};
