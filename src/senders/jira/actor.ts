import type { Person } from '../../domain/issue.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { one } from '../readers.ts';
import type { Unread } from '../unread.ts';
import { readPerson } from './people.ts';
import type { RecognisedDelivery } from './recognise.ts';

const personAt = (object: JsonObject, name: string, path: string, unread: Unread): Person | null =>
  one(readPerson, own(object, name), path, unread);

/** Events whose body has no user of its own, and what in it names who did it: whoever made or last changed that. */
const NAMED_IN: Readonly<Record<string, string>> = {
  comment_created: 'comment',
  comment_updated: 'comment',
  worklog_created: 'worklog',
  worklog_updated: 'worklog',
  attachment_created: 'attachment',
};

/** Who did it, or null when the delivery does not say: of what was deleted only the authors are known. */
export const readActor = ({ webhookEvent, body }: RecognisedDelivery, unread: Unread): Person | null => {
  // In a user's own events `user` is whom the event is about.
  if (webhookEvent.startsWith('user_')) return null;
  const user = personAt(body, 'user', 'user', unread);
  const name = Object.hasOwn(NAMED_IN, webhookEvent) ? NAMED_IN[webhookEvent] : undefined;
  const named = name === undefined ? undefined : own(body, name);
  if (user !== null || name === undefined || !isJsonObject(named)) return user;
  return (
    personAt(named, 'updateAuthor', `${name}.updateAuthor`, unread) ??
    personAt(named, 'author', `${name}.author`, unread)
  );
};
