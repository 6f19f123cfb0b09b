import { sha256Hex } from '../../domain/event-id.ts';
import { readMastersFile, writeMastersFile } from '../../local/masters-file.ts';
import { faultCode } from '../../local/start-error.ts';
import type { SecretStore } from '../rotate-secret/secret-store.ts';
import { CommandError } from '../shared/command.ts';

/** The masters of this machine's instance, in a file that is its owner's only. Without a file the document is empty. */
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
