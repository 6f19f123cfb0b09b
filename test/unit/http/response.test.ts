import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { BadRequestError, UnavailableError } from '../../../src/errors/errors.ts';
import { faultResponse } from '../../../src/http/response.ts';
import { createLogger } from '../../../src/platform/logger.ts';

const answerTo = (fault: unknown) => {
  const lines: string[] = [];
  const log = createLogger(readEnv({}), { write: (line) => void lines.push(line) });
  const run = {
    run_id: 'run',
    received_ms: 0,
    began: { wall: 0, steady: 0 },
    signal: new AbortController().signal,
  };
  return { response: faultResponse(log, run, fault), said: lines.join('') };
};

const withoutStack = (): Error => {
  const fault = new Error('canary');
  delete fault.stack;
  return fault;
};

describe('the answer to a fault', () => {
  it('blames the caller for a mistake of theirs alone, and logs nothing of it', () => {
    const { response, said } = answerTo(new BadRequestError('since is no date'));
    expect([response.statusCode, said]).toEqual([400, '']);
    expect(response.body).toContain('since is no date');
  });

  it.each([
    ['a fault of the table', new UnavailableError('table', new Error('canary'))],
    ['a bug', new TypeError('canary')],
    ['an error without a stack', withoutStack()],
    ['a text that somebody threw', 'canary'],
  ])(
    'is 503 for %s and keeps its message to itself, because Jira sends such a delivery again',
    (_what, fault) => {
      const { response, said } = answerTo(fault);
      expect(response.statusCode).toBe(503);
      expect(response.body).not.toContain('canary');
      expect(said).toContain('request failed');
      expect(said).not.toContain('canary');
    },
  );
});
