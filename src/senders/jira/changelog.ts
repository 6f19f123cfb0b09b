import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { isAbsent } from '../readers.ts';
import type { Unread } from '../unread.ts';

/** A changelog item and where it stands. */
export type ChangelogItem = { item: JsonObject; path: string };

/** The list of a changelog as it was sent. Many deliveries have no changelog, and some an empty one. */
const listOf = (body: JsonObject, unread: Unread): Json[] => {
  const changelog = own(body, 'changelog');
  const items: Json | undefined = isJsonObject(changelog) ? own(changelog, 'items') : changelog;
  if (isAbsent(items)) return [];
  if (isJsonObject(changelog) && Array.isArray(items)) return items;
  unread.note(isJsonObject(changelog) ? 'changelog.items' : 'changelog');
  return [];
};

const pathOf = (index: number): string => `changelog.items[${index}]`;

function* objectsIn(items: Json[]): Generator<ChangelogItem> {
  for (const [index, item] of items.entries()) if (isJsonObject(item)) yield { item, path: pathOf(index) };
}

/** The items that are objects, one at a time: a hostile body lists a million. */
export const changelogItems = (body: JsonObject, unread: Unread): Iterable<ChangelogItem> => {
  const items = listOf(body, unread);
  for (const [index, item] of items.entries())
    if (item !== null && !isJsonObject(item)) unread.note(pathOf(index));
  return objectsIn(items);
};
