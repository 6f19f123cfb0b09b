import { hideAddress } from '../../domain/address.ts';
import type { Person } from '../../domain/issue.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { type Read, readPart } from '../readers.ts';

/** Jira's own limit for user names, keys and display names. */
const LONGEST_NAME = 255;

/** Cloud identifies people by `accountId` only; old servers by `key`, and before that by `name`. */
const ID_NAMES = ['accountId', 'key', 'name'] as const;

const idOf = (user: JsonObject): string | null => {
  for (const name of ID_NAMES) {
    const id = own(user, name);
    if (typeof id === 'string' && id.length > 0 && id.length <= LONGEST_NAME) return hideAddress(id);
  }
  return null;
};

const readDisplayName: Read<string> = (value) =>
  typeof value === 'string' && value.length <= LONGEST_NAME ? hideAddress(value) : undefined;

/** A user of any version of Jira. An e-mail address used as an id or a name is hashed. */
export const readPerson: Read<Person> = (value, note) => {
  if (!isJsonObject(value)) return undefined;
  const id = idOf(value);
  const display_name = readPart(readDisplayName, value, 'displayName', note);
  return id === null && display_name === null ? undefined : { id, display_name };
};
