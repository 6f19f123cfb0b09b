import { describe, expect, it } from 'vitest';
import { newCommand } from '../../../src/cli/shared/command.ts';
import { type Flags, toOptions, withFlags } from '../../faults/flags.ts';
import { GROUPS } from '../../faults/rows/all-rows.ts';

const optionsOf = (...args: string[]) => {
  const command = withFlags(newCommand('faults', 'of a test')).parse(args, { from: 'user' });
  return toOptions(command.opts<Flags>());
};

describe('flags of the fault matrix', () => {
  it('set every habit of the sender, because other senders than ours are to be tried', () => {
    const { sender } = optionsOf(
      ...['--resends', '9', '--wait', '1', '30', '--speed-up', '50', '--connections', '20'],
    );
    expect(sender).toEqual({ resends: 9, waitMinutes: [1, 30], scale: 0.02, connections: 20 });
  });

  it('leave the sender as Jira is when none is given', () => {
    expect(optionsOf().sender).toEqual({ resends: 5, waitMinutes: [5, 15], scale: 0.004, connections: 8 });
  });

  it('pick rows by a part of their name and seeds by their first, because one bad run is played again alone', () => {
    const { rows, seed, seeds } = optionsOf('--row', 'secret store', '--seed', '81', '--seeds', '1');
    expect(rows.map(({ name }) => name)).toEqual(['secret store down, cold', 'secret store down, warm']);
    expect([seed, seeds]).toEqual([81, 1]);
  });

  it('pick one row by its whole name, because others may have it within theirs', () => {
    const { rows } = optionsOf('--row', 'killed before a write');
    expect(rows.map(({ name }) => name)).toEqual(['killed before a write']);
  });

  it('pick groups that are played and written by themselves, because all at once take half a day', () => {
    const { rows } = optionsOf('--group', 'reconciliation', 'executions', '--write');
    expect(rows).toEqual([...GROUPS.reconciliation, ...GROUPS.executions]);
  });

  it.each([
    [['--wait', '5'], '--wait takes two numbers, the smaller one first'],
    [['--wait', '30', '1'], '--wait takes two numbers, the smaller one first'],
    [['--wait', '1', '2', '3'], '--wait takes two numbers, the smaller one first'],
    [['--row', 'nothing like this'], 'No row is called so; there are: no fault,'],
    [['--row', 'killed', '--write'], '--write wants whole groups, without --row'],
  ])('refuse %j and say why', (args, message) => {
    expect(() => optionsOf(...args)).toThrow(message);
  });
});
