import { describe, expect, it } from 'vitest';
import { masterName, readMasters } from '../../../src/verify/masters.ts';
import { SecretDocumentError } from '../../../src/verify/secret-document.ts';

const read = (document: unknown) => {
  const lines: unknown[][] = [];
  const log = { warn: (...line: unknown[]) => void lines.push(line) };
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return { masters: readMasters(text, log), lines };
};

const [FIRST, SECOND] = ['a1'.repeat(32), 'B2'.repeat(32)];

describe('masters', () => {
  it('are read by their numbers beside whatever else the secret holds', () => {
    const { masters, lines } = read({
      jira_webhook_secret: 'x',
      connections_master_2: SECOND,
      connections_master_1: FIRST,
      connections_master_10: FIRST,
    });
    expect([...masters.keys()].toSorted((a, b) => a - b)).toEqual([1, 2, 10]);
    expect(masters.get(1)).toEqual(Buffer.from(FIRST, 'hex'));
    expect(masters.get(2)).toEqual(Buffer.from(SECOND, 'hex'));
    expect(masters.get(2)).toHaveLength(32);
    expect(lines).toEqual([]);
  });

  it('are none in a secret of before there were any', () => {
    expect(read({ jira_webhook_secret: 'x' }).masters.size).toBe(0);
  });

  it.each([
    ['empty', ''],
    ['too short', 'a1'.repeat(31)],
    ['too long', `${FIRST}a1`],
    ['with a line break behind it', `${FIRST}\n`],
    ['no hex', 'zz'.repeat(32)],
    ['base64', 'oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaE='],
    ['a number', 7],
    ['null', null],
    ['an object', { a: FIRST }],
    ['a list', [FIRST]],
  ])('leave out one that is %s and tell its number without its text', (_, value) => {
    const { masters, lines } = read({ connections_master_1: value, connections_master_2: SECOND });
    expect([...masters.keys()]).toEqual([2]);
    expect(lines).toEqual([[{ master: 1 }, 'a master of connections is not 64 hex digits, and is left out']]);
  });

  it.each(['connections_master_', 'connections_master_0', 'connections_master_01', 'connections_master_-1'])(
    'have whole numbers from 1 on: %s is none',
    (name) => {
      expect(read({ [name]: FIRST })).toEqual({ masters: new Map(), lines: [] });
    },
  );

  it.each([
    'connections_master_1x',
    'connections_master_1 ',
    'Connections_master_1',
    'connections_master_1e3',
  ])('have no other names: %j is none', (name) => {
    expect(read({ [name]: FIRST }).masters.size).toBe(0);
  });

  it('of a document that is no object are a fault that quotes nothing of it', () => {
    for (const document of ['', 'not JSON: topsecret', '"topsecret"', '["topsecret"]', 'null'])
      expect(() => read(document)).toThrow(new SecretDocumentError('the secret is not a JSON object'));
  });

  it('are named as they are read', () => {
    expect(read({ [masterName(12)]: FIRST }).masters.has(12)).toBe(true);
  });
});
