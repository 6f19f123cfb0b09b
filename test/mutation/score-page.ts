import { markdownTable } from '../../src/cli/shared/tables.ts';
import type { Score } from './report.ts';

/** A score and the day, in UTC, on which Stryker wrote its report. */
export type MeasuredScore = { score: Score; measured: string };

/** Head of the tables, on the screen and on the page; the page adds when each part was measured. */
export const SCORE_HEAD = ['folder', 'changes', 'noticed', 'score %', 'explained', 'neither'];

/** What tests notice; explained ones count as not noticed, although nothing could notice them. */
export const percentOf = ({ tried, noticed }: Score): number => (tried === 0 ? 100 : (100 * noticed) / tried);

export const scoreCells = (score: Score): string[] => [
  score.folder,
  String(score.tried),
  String(score.noticed),
  percentOf(score).toFixed(1),
  String(score.explained),
  String(score.rest.length),
];

/** The measured part of docs/contributing.md. */
export const scoreBlock = (how: string, scores: MeasuredScore[]): string =>
  [
    `Measured by \`${how}\`.`,
    '',
    markdownTable(
      [...SCORE_HEAD, 'measured'],
      scores.map(({ score, measured }) => [...scoreCells(score), measured]),
    ),
  ].join('\n');
