import type { Priority, SubscriptionSettings } from '../domain/subscription.ts';

const BY_NAME: Readonly<Record<string, Priority>> = {
  highest: 'high',
  high: 'high',
  low: 'low',
  lowest: 'low',
};

/** The priority of an execution. `issuePriority`: what the event says of its issue; another name, or none, is normal. */
export const priorityOf = (
  { priority }: Pick<SubscriptionSettings, 'priority'>,
  issuePriority: string | null,
): Priority => {
  if (priority !== 'by_issue') return priority;
  const name = issuePriority?.toLowerCase() ?? '';
  return Object.hasOwn(BY_NAME, name) ? (BY_NAME[name] ?? 'normal') : 'normal';
};
