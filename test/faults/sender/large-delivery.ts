import { sha256Hex } from '../../../src/domain/event-id.ts';
import { deliveryOf } from '../../support/history-steps.ts';
import type { Random } from '../../support/random.ts';
import type { Outgoing } from './drawn-deliveries.ts';

/** Hex text of which compression leaves half: some 700 KB, which no item of the table holds. */
const LINES = 22_000;

/** A delivery of no issue whose body is stored beside the table. */
export const largeDelivery = (random: Random): Outgoing => {
  const salt = random();
  const text = Array.from({ length: LINES }, (_, line) => sha256Hex(`${salt} ${line}`)).join('');
  const issue = { id: '0', key: 'LARGE-1', updatedMs: 0, assignee: null, text };
  const delivery = {
    event: 'project_created',
    form: 'nothing',
    timestamp: Date.UTC(2024, 4, 1),
    movedFrom: null,
    issue,
  } as const;
  const step = { kind: 'issue', delivery } as const;
  return { step, ...deliveryOf(step), identifier: 'large' };
};
