import { isIssueKey } from '../../domain/issue-key.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { isAbsent, type Unread } from '../readers.ts';

/** A changelog item and its path. */
export type ChangelogItem = { item: JsonObject; path: string };

/** The items of a changelog as sent. Many deliveries have no changelog, and some have an empty one. */
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

/** The items that are objects, one at a time, because a hostile body may list a million. */
export const changelogItems = (body: JsonObject, unread: Unread): Iterable<ChangelogItem> => {
  const items = listOf(body, unread);
  for (const [index, item] of items.entries())
    if (item !== null && !isJsonObject(item)) unread.note(pathOf(index));
  return objectsIn(items);
};

/** Most keys read from one delivery: each costs a write, and no issue moves that often in one delivery. */
const MOST_KEYS = 50;

/**
 * Jira names this item `Key`, untranslated, and gives it no `fieldId`. A custom field may have the same name, but has
 * an id (Cloud) or the type `custom` (Server).
 */
const isKeyItem = (item: JsonObject): boolean => {
  const fieldId = own(item, 'fieldId');
  if (typeof fieldId === 'string' && fieldId !== '') return fieldId === 'Key' || fieldId === 'issuekey';
  return own(item, 'field') === 'Key' && own(item, 'fieldtype') !== 'custom';
};

/** Every key that the issue has or had according to the delivery, its current one first; no duplicates, at most 50. */
export const readKeys = (
  issueKey: string | null,
  items: Iterable<ChangelogItem>,
  unread: Unread,
): string[] => {
  const keys = new Set(issueKey === null ? [] : [issueKey]);
  for (const { item, path } of items) {
    if (!isKeyItem(item)) continue;
    for (const side of [own(item, 'fromString'), own(item, 'toString')]) {
      if (isAbsent(side) || side === '') continue;
      if (typeof side !== 'string' || !isIssueKey(side)) unread.note(path);
      else if (keys.size < MOST_KEYS) keys.add(side);
      else if (!keys.has(side)) unread.note(path);
    }
  }
  return [...keys];
};
