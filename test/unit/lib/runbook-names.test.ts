import { describe, expect, it } from 'vitest';
import { pages } from '../../support/markdown.ts';
import { synthStack } from './synth-stack.ts';

const { resources } = synthStack();

/** What a runbook's `name` and `search_log` look for: a type, and how the logical id begins. */
const wanted = pages.flatMap(({ text }) => {
  const names = [...text.matchAll(/\bname ([A-Z]\w+::\w+) ([A-Z]\w+)/g)];
  const logs = [...text.matchAll(/\bsearch_log ([A-Z]\w+)/g)];
  return [
    ...names.map(([, type = '', prefix = '']) => ({ type, prefix })),
    ...logs.map(([, prefix = '']) => ({ type: 'Logs::LogGroup', prefix })),
  ];
});

const distinct = [...new Map(wanted.map((one) => [`${one.type} ${one.prefix}`, one])).values()];

describe('a name in the runbooks', () => {
  it('is looked for in several places, because else this test would see none', () => {
    expect(distinct.length).toBeGreaterThan(8);
  });

  it.each(distinct)('$prefix is one $type of the stack, because a command with none or two fails', (one) => {
    const found = Object.entries(resources).filter(
      ([id, { Type }]) => Type === `AWS::${one.type}` && id.startsWith(one.prefix),
    );
    expect(found.map(([id]) => id)).toHaveLength(1);
  });
});
