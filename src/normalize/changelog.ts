import { isJsonObject, type Json, type JsonObject, own } from '../domain/json.ts';
import { isAbsent } from './readers.ts';
import type { Unread } from './unread.ts';

/** A changelog item and where it stands. */
export type ChangelogItem = { item: JsonObject; path: string };

/** The items that are objects. Many deliveries have no changelog, and some an empty one. */
export const changelogItems = (body: JsonObject, unread: Unread): ChangelogItem[] => {
  const changelog = own(body, 'changelog');
  const items: Json | undefined = isJsonObject(changelog) ? own(changelog, 'items') : changelog;
  if (isAbsent(items)) return [];
  if (!isJsonObject(changelog) || !Array.isArray(items)) {
    unread.note(isJsonObject(changelog) ? 'changelog.items' : 'changelog');
    return [];
  }
  return items.flatMap((item, index) => {
    const path = `changelog.items[${index}]`;
    if (isJsonObject(item)) return [{ item, path }];
    if (item !== null) unread.note(path);
    return [];
  });
};
