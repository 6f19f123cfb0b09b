import { PRIORITIES, type Priority } from '../../domain/subscription.ts';

/** Of ten that are sent, six are of high priority, three of normal and one of low, while all have some. */
const TURNS: readonly Priority[] = [
  'high',
  'normal',
  'high',
  'high',
  'normal',
  'high',
  'low',
  'high',
  'normal',
  'high',
];

/**
 * The priority whose oldest is sent next; null when nothing waits. A turn that has nothing to send goes to the highest
 * that has.
 * @param turn how many were sent before
 */
export const pickNext = (turn: number, waits: (priority: Priority) => boolean): Priority | null => {
  const own = TURNS[turn % TURNS.length];
  if (own !== undefined && waits(own)) return own;
  return PRIORITIES.find(waits) ?? null;
};
