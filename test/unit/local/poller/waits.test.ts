import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createPersist } from '../../../../src/local/poller/waits.ts';

const open = () => {
  const lines: { level: number; fault?: string; msg: string }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const stopping = new AbortController();
  return { lines, stopping, persist: createPersist(log, stopping.signal) };
};

/** Fails as often as told, then answers. */
const failing = (times: number, fault: () => Error = () => new TypeError('canary')) => {
  let left = times;
  return async () => {
    if (left-- > 0) throw fault();
    return 'answer';
  };
};

describe('a call that is made until it succeeds', () => {
  it('answers, and is logged once with the name of its fault, because a message could quote what is stored', async () => {
    const { lines, persist } = open();
    expect(await persist(failing(3))).toBe('answer');
    expect(lines.map(({ level, fault }) => [level, fault])).toEqual([
      [40, 'TypeError'],
      [30, undefined],
    ]);
    expect(JSON.stringify(lines)).not.toContain('canary');
  });

  it('shares its outage with calls that fail meanwhile, because one outage is one line', async () => {
    const { lines, persist } = open();
    await Promise.all([persist(failing(2)), persist(failing(1)), persist(failing(0))]);
    expect(lines.map(({ level }) => level)).toEqual([40, 30]);
    await persist(failing(1));
    expect(lines.map(({ level }) => level)).toEqual([40, 30, 40, 30]);
  });

  it('logs nothing when all goes well, because it goes well five times a second', async () => {
    const { lines, persist } = open();
    await persist(failing(0));
    expect(lines).toEqual([]);
  });

  it('is given up when the poller stops, because an outage may outlast it', async () => {
    const { stopping, persist } = open();
    const call = persist(failing(Number.POSITIVE_INFINITY));
    stopping.abort();
    await expect(call).rejects.toThrow('abort');
  });

  it('is made once even then, because a batch that is over is written down', async () => {
    const { lines, stopping, persist } = open();
    stopping.abort();
    expect(await persist(failing(0))).toBe('answer');
    await expect(persist(failing(1))).rejects.toThrow('abort');
    expect(lines).toEqual([]);
  });
});
