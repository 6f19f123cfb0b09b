import { describe, expect, it } from 'vitest';
import { type Look, watch } from '../../../../src/cli/executions/watch.ts';
import { CommandError } from '../../../../src/cli/shared/command.ts';
import { shownExecutionOf } from '../../../support/executions-shown.ts';

const first = shownExecutionOf({ execution_id: 'exe_1', status: 'queued', tries: 0 });
const second = shownExecutionOf({ execution_id: 'exe_2', status: 'completed', tries: 1 });
const failedOnce = shownExecutionOf({
  ...{ execution_id: 'exe_1', status: 'queued', tries: 1 },
  ...{ waits_for: 'retry', next_attempt_at: '2026-11-22T19:00:30.000Z' },
});

const names = new Map([[first.subscription_id, 'Agents']]);

/** What was written while one look after the other was had. */
const watched = async (looks: (Look | Error)[], isTerminal: boolean, columns = 200): Promise<string[]> => {
  const written: string[] = [];
  const left = [...looks];
  await watch({
    look: async () => {
      const found = left.shift() ?? new Error('looked once too often');
      if (found instanceof Error) throw found;
      return found;
    },
    names,
    screen: { write: (text) => void written.push(text), isTerminal, columns },
    pause: async () => left.length > 0,
  });
  return written;
};

describe('watching in a pipe', () => {
  it('writes a line for each change, and none for what stays', async () => {
    const written = await watched(
      [
        { counts: '', executions: [first] },
        { counts: '', executions: [second, first] },
        { counts: '', executions: [second, failedOnce] },
      ],
      false,
    );
    expect(written.map((line) => line.replace(/^\S+ {2}/, ''))).toEqual([
      'OPS-1  Agents  queued, tries 0  exe_1\n',
      'OPS-1  Agents  completed, tries 1  exe_2\n',
      'OPS-1  Agents  queued, again at 19:00:30, tries 1  exe_1\n',
    ]);
  });

  it('goes on when one look fails, because an instance may be started again', async () => {
    const written = await watched(
      [
        { counts: '', executions: [first] },
        new CommandError('no answer (ECONNREFUSED)'),
        { counts: '', executions: [second, first] },
      ],
      false,
    );
    expect(written[1]).toBe('no answer (ECONNREFUSED)\n');
    expect(written).toHaveLength(3);
  });

  it('ends when the first look fails, because then something is wrong with the command', async () => {
    await expect(watched([new CommandError('not found')], false)).rejects.toThrow('not found');
  });
});

describe('watching in a terminal', () => {
  it('draws from the top each time, in lines that fit', async () => {
    const look = { counts: 'queued 1', executions: [second, first] };
    const written = await watched([look, look], true, 40);
    expect(written).toHaveLength(2);
    for (const drawn of written) {
      expect(drawn.startsWith('\x1b[Hqueued 1\x1b[K\n')).toBe(true);
      expect(drawn.endsWith('\x1b[J')).toBe(true);
      for (const line of drawn.slice(3, -3).split('\x1b[K\n')) expect(line.length).toBeLessThanOrEqual(40);
    }
  });
});
