import { hideAddress } from '../../domain/address.ts';
import type { Change } from '../../domain/delivery.ts';
import { type Read, readPart } from '../readers.ts';
import type { Unread } from '../unread.ts';
import type { ChangelogItem } from './changelog.ts';

/** Ids and texts; a few sites write ids as numbers. The name of a user that is an address is hashed. */
const readValue: Read<string> = (value) => {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  return typeof value === 'string' ? hideAddress(value) : undefined;
};

/**
 * The changes a changelog lists, in its order, one at a time. Every property is read as the item's own: `toString`
 * is one of them, and an item without it would otherwise answer with a function.
 */
export function* readChanges(items: Iterable<ChangelogItem>, unread: Unread): Generator<Change> {
  for (const { item, path } of items) {
    const text = (name: string) => readPart(readValue, item, name, () => unread.note(path));
    yield {
      field: text('field'),
      field_id: text('fieldId'),
      from: text('from'),
      from_string: text('fromString'),
      to: text('to'),
      to_string: text('toString'),
    };
  }
}
