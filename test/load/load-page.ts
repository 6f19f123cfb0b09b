import { markdownTable } from '../../src/cli/shared/tables.ts';
import type { ColdStarts } from '../bench/cold/cold-start.ts';
import { machineFacts } from '../bench/shared/machine.ts';
import type { Goal } from '../bench/shared/section.ts';
import { ratios } from '../bench/shared/stats.ts';
import type { KeepUp } from './keep-up.ts';
import type { Wave } from './sustained.ts';

export type Measured = {
  sustained: Wave[];
  burst: Wave[];
  keepUp: KeepUp[];
  cold: ColdStarts;
  goals: Goal[];
};

const HEAD = [
  'load',
  'sent',
  'per second',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'max ms',
  'errors',
  'not stored',
  'memory MB',
  'floor per second',
  'ours / floor',
];

/** How fast each wave was taken beside the floor. */
export const floorRatios = (waves: Wave[]): number[] =>
  ratios(
    waves.map(({ perSecond }) => perSecond),
    waves.map(({ floorPerSecond }) => floorPerSecond),
  );

const cells = (name: string, wave: Wave): string[] => [
  name,
  String(wave.requests),
  wave.perSecond.toFixed(0),
  ...[wave.p50, wave.p95, wave.p99, wave.max].map((ms) => ms.toFixed(0)),
  String(wave.errors),
  String(wave.missing),
  wave.memory.toFixed(0),
  wave.floorPerSecond.toFixed(0),
  ...floorRatios([wave]).map((ratio) => ratio.toFixed(2)),
];

/** Rows of the waves, in the order in which they came. */
export const waveRows = ({ sustained, burst }: Measured): { head: string[]; rows: string[][] } => ({
  head: HEAD,
  rows: [
    ...sustained.map((wave, index) => cells(`sustained, wave ${index + 1}`, wave)),
    ...burst.map((wave) => cells('burst', wave)),
  ],
});

export const KEEP_UP_HEAD = ['wave', 'a second', 'for s', 'most behind, s', 'done after, s', 'errors'];

export const keepUpRows = ({ keepUp }: Measured): string[][] =>
  keepUp.map(({ rate, seconds, lag, drain, errors }, index) => [
    String(index + 1),
    rate.toFixed(0),
    String(seconds),
    lag.toFixed(1),
    drain.toFixed(1),
    String(errors),
  ]);

/** The measured part of docs/performance.md. */
export const loadBlock = (how: string, measured: Measured): string => {
  const { head, rows } = waveRows(measured);
  const goals = measured.goals.map(({ figure, goal, measured: value, met }) => [
    figure,
    goal,
    value,
    met ? 'met' : 'not met',
  ]);
  return [
    `Measured by \`${how}\`.`,
    '',
    '```text',
    machineFacts(),
    '```',
    '',
    markdownTable(head, rows),
    '',
    'Correlation, in a run of its own at half of the sustained rate: how far it was behind, and how long after the last',
    'delivery all was done:',
    '',
    markdownTable(KEEP_UP_HEAD, keepUpRows(measured)),
    '',
    'Cold start, from the start of the process until the handler is there:',
    '',
    markdownTable(measured.cold.head, measured.cold.rows),
    '',
    markdownTable(['figure', 'goal', 'measured', ''], goals),
  ].join('\n');
};
