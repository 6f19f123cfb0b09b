import { isIssueKey } from '../../domain/issue-key.ts';
import { type JsonObject, own } from '../../domain/json.ts';
import { isAbsent } from '../readers.ts';
import type { Unread } from '../unread.ts';
import type { ChangelogItem } from './changelog.ts';

/** Each key costs a write, and no issue moves that often in one delivery. */
const MOST_KEYS = 50;

/**
 * Jira names this item `Key` and gives it no `fieldId`; nothing in its name is translated. A custom field may
 * bear the same name, but has an id (Cloud) or the type `custom` (Server).
 */
const isKeyItem = (item: JsonObject): boolean => {
  const fieldId = own(item, 'fieldId');
  if (typeof fieldId === 'string' && fieldId !== '') return fieldId === 'Key' || fieldId === 'issuekey';
  return own(item, 'field') === 'Key' && own(item, 'fieldtype') !== 'custom';
};

/** Every key the delivery says the issue has or had, its present one first; each once, at most 50. */
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
