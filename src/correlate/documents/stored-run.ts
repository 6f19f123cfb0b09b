import * as z from 'zod/mini';
import { ULID } from './patterns.ts';

const stamped = z.object({ run_id: z.string().check(z.regex(ULID)) });

const runIdIn = (bytes: Uint8Array): string | null => {
  try {
    return stamped.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).run_id;
  } catch {
    return null;
  }
};

/** How what lies in a place (null: nothing) stands to a run. What is no document of a run is older than any. */
export const compareRun = (stored: Uint8Array | null, runId: string): 'older' | 'same' | 'newer' => {
  const storedId = stored && runIdIn(stored);
  if (storedId === null || storedId < runId) return 'older';
  return storedId === runId ? 'same' : 'newer';
};
