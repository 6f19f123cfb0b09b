import { toUtcIso } from '../../domain/instant.ts';
import { isJsonObject, own } from '../../domain/json.ts';
import type { Source } from '../../domain/source.ts';
import { keyNames, parseDocument } from './document.ts';
import { signingKeys } from './keys.ts';
import type { SecretVersion, StoredSecret } from './secret-store.ts';

/** How long a process may go on with what it knew before a change, and name keys as they were called then. */
const KNOWN_FOR_MS = 5 * 60_000;

/**
 * Since when a secret is staged. `since_ms` is when the oldest version that is known to hold it was written;
 * `earlier` when it may have been staged before that. A delivery received from `sure_from_ms` on that was
 * verified by `_next` was signed with this very secret, not with the one before it under the same name.
 */
export type Staged = { since_ms: number | null; earlier: boolean; sure_from_ms: number | null };

const holds = (version: SecretVersion | null, name: string): unknown => {
  try {
    const document: unknown = version === null ? null : JSON.parse(version.text);
    return isJsonObject(document) ? own(document, name) : undefined;
  } catch {
    return undefined;
  }
};

/** True when the version before knew no staged secret, and nobody can have known an older one any more. */
const wasQuiet = ({ current, previous }: StoredSecret, name: string): boolean =>
  previous !== null &&
  previous.created_ms !== null &&
  current.created_ms !== null &&
  holds(previous, name) === undefined &&
  current.created_ms - previous.created_ms >= KNOWN_FOR_MS;

const after = (ms: number | null): number | null => (ms === null ? null : ms + KNOWN_FOR_MS);

/** Null when nothing is staged that verifies. @throws CommandError when the document cannot be used */
export const findStaged = (stored: StoredSecret, source: Source, graceHours: number): Staged | null => {
  const { next } = keyNames(source);
  if (!signingKeys(stored, source, graceHours).some(({ name }) => name === next)) return null;
  const { current, previous } = stored;
  if (holds(previous, next) === own(parseDocument(current.text), next)) {
    const since_ms = previous?.created_ms ?? null;
    return { since_ms, earlier: true, sure_from_ms: after(since_ms) };
  }
  const since_ms = current.created_ms;
  return { since_ms, earlier: false, sure_from_ms: wasQuiet(stored, next) ? since_ms : after(since_ms) };
};

/** `since …`, as far as it is known. */
export const describeSince = ({ since_ms, earlier }: Staged): string => {
  if (since_ms === null) return 'since an unknown time';
  return `since ${toUtcIso(since_ms)}${earlier ? ' or earlier' : ''}`;
};
