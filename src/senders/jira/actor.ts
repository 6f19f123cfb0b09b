import type { Person } from '../../domain/issue.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { one } from '../readers.ts';
import type { Unread } from '../unread.ts';
import { readPerson } from './people.ts';
import type { RecognisedDelivery } from './recognise.ts';

const personAt = (object: JsonObject, name: string, path: string, unread: Unread): Person | null =>
  one(readPerson, own(object, name), path, unread);

/** Who did it, or null when the delivery does not say. */
export const readActor = ({ webhookEvent, body }: RecognisedDelivery, unread: Unread): Person | null => {
  // In a user's own events `user` is whom the event is about.
  if (webhookEvent.startsWith('user_')) return null;
  const user = personAt(body, 'user', 'user', unread);
  if (user !== null || !webhookEvent.startsWith('comment_')) return user;
  const comment = own(body, 'comment');
  // Cloud does not say who deleted a comment: its authors are those of the text.
  if (webhookEvent === 'comment_deleted' || !isJsonObject(comment)) return null;
  return (
    personAt(comment, 'updateAuthor', 'comment.updateAuthor', unread) ??
    personAt(comment, 'author', 'comment.author', unread)
  );
};
