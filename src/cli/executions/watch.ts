import * as z from 'zod/mini';
import type { ManageApi } from '../api/api.ts';
import { CommandError } from '../shared/command.ts';
import { listReport, type Names, type ShownExecution, shortStatus } from './row.ts';

const stats = z.object({
  executions: z.optional(
    z.nullable(
      z.object({
        queued: z.number(),
        in_progress: z.number(),
        completed: z.number(),
        failed: z.number(),
        oldest_due_seconds: z.nullable(z.number()),
      }),
    ),
  ),
});

/** What one poll reads. */
export type Look = { counts: string; executions: ShownExecution[] };

type Screen = { write(text: string): void; isTerminal: boolean; columns: number };

type Watching = {
  look(): Promise<Look>;
  names: Names;
  screen: Screen;
  /** Resolves to true when it is time for the next poll, to false to stop. */
  pause(): Promise<boolean>;
};

/** Shows the newest executions until stopped: in a terminal a table that is redrawn, elsewhere one line per change. */
export const watch = async ({ look, names, screen, pause }: Watching): Promise<void> => {
  const show = screen.isTerminal ? drawOn(screen, names) : printChanges(screen, names);
  let last = await look();
  show(last, null);
  while (await pause()) {
    const found = await lookOr(look);
    if (typeof found !== 'string') last = found;
    show(last, typeof found === 'string' ? found : null);
  }
};

/** Returns a CommandError as text, so that watching goes on while the instance restarts or the table is busy. */
const lookOr = async (look: Watching['look']): Promise<Look | string> => {
  try {
    return await look();
  } catch (fault) {
    if (fault instanceof CommandError) return fault.message;
    throw fault;
  }
};

type Show = (look: Look, fault: string | null) => void;

const HOME = '\x1b[H';
const TO_LINE_END = '\x1b[K';
const TO_SCREEN_END = '\x1b[J';

/** Draws from the top over the previous output, without clearing it first, so that nothing flickers. */
const drawOn =
  ({ write, columns }: Screen, names: Names): Show =>
  ({ counts, executions }, fault) => {
    const lines = [counts, fault ?? '', ...listReport(executions, names).split('\n')];
    const drawn = lines.map((line) => `${line.slice(0, columns)}${TO_LINE_END}\n`).join('');
    write(`${HOME}${drawn}${TO_SCREEN_END}`);
  };

const printChanges = ({ write }: Screen, names: Names): Show => {
  const shown = new Map<string, string>();
  return ({ executions }, fault) => {
    if (fault !== null) write(`${fault}\n`);
    for (const one of executions.toReversed()) {
      const now = `${shortStatus(one)}, tries ${one.tries}`;
      if (shown.get(one.execution_id) === now) continue;
      shown.set(one.execution_id, now);
      const target = names.get(one.subscription_id) ?? one.subscription_id;
      write(`${one.created_at}  ${one.issue_key ?? '-'}  ${target}  ${now}  ${one.execution_id}\n`);
    }
  };
};

/** The counts of executions in one line; empty if the instance does not report them. */
export const countsLine = async (api: ManageApi): Promise<string> => {
  const { executions: counts } = await api.get('/stats?hours=1', stats);
  if (!counts) return '';
  const { queued, in_progress, completed, failed, oldest_due_seconds: oldest } = counts;
  const late = !oldest ? '' : `, the oldest due for ${oldest} s`;
  return `queued ${queued}${late}   in progress ${in_progress}   completed ${completed}   failed ${failed}`;
};
