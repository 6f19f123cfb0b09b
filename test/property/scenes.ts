import type { DeliveryModel } from '../support/jira-deliveries.ts';
import type { History } from './histories.ts';

type Scene = (history: History) => boolean;

const isDeletion = ({ event, form }: DeliveryModel): boolean =>
  event === 'jira:issue_deleted' && ['full', 'partial', 'odd'].includes(form);

const full = ({ deliveries }: History): DeliveryModel[] => deliveries.filter(({ form }) => form === 'full');

/** True when two of them agree in `same` and are told apart by `differ`. */
const pairs = (models: DeliveryModel[], hold: (a: DeliveryModel, b: DeliveryModel) => boolean): boolean =>
  models.some((a, index) => models.slice(index + 1).some((b) => hold(a, b)));

const sameIssue = (a: DeliveryModel, b: DeliveryModel): boolean => a.issue.id === b.issue.id;

/** The issue a delivery is of when it is the first of its issue in some order. */
const beginsWith = ({ deliveries, arrivals }: History, test: (model: DeliveryModel) => boolean): boolean =>
  arrivals.some((arrival) => {
    const first = deliveries[arrival[0]?.[0] ?? -1];
    return first !== undefined && test(first);
  });

const SCENES: Record<string, Scene> = {
  'equal versions with different bytes': (history) =>
    pairs(
      full(history),
      (a, b) => sameIssue(a, b) && a.issue.updatedMs === b.issue.updatedMs && a.timestamp === b.timestamp,
    ),
  'an older updated under a newer timestamp': (history) =>
    pairs(
      full(history),
      (a, b) =>
        sameIssue(a, b) && a.issue.updatedMs < b.issue.updatedMs && Number(a.timestamp) > Number(b.timestamp),
    ),
  'a key used again by another issue': (history) =>
    pairs(full(history), (a, b) => !sameIssue(a, b) && a.issue.key === b.issue.key),
  'a move there and back': (history) =>
    pairs(
      full(history),
      (a, b) =>
        sameIssue(a, b) &&
        a.movedFrom === b.issue.key &&
        b.movedFrom === a.issue.key &&
        a.issue.key !== b.issue.key,
    ),
  'a partial delivery of a known issue': (history) =>
    history.deliveries.some((a) => a.form === 'partial' && full(history).some((b) => sameIssue(a, b))),
  'an issue deleted twice': ({ deliveries }) => pairs(deliveries.filter(isDeletion), sameIssue),
  'a deletion that comes first of all': (history) => beginsWith(history, isDeletion),
  'a partial deletion': ({ deliveries }) => deliveries.some((a) => isDeletion(a) && a.form !== 'full'),
  'a deletion without a usable time': ({ deliveries }) =>
    deliveries.some((a) => isDeletion(a) && typeof a.timestamp !== 'number'),
  'the same bytes twice': ({ deliveries, arrivals }) =>
    arrivals.some((arrival) => arrival.flat().length > deliveries.length),
  'the same bytes at the same time': ({ arrivals }) =>
    arrivals.some((arrival) => arrival.some((batch) => new Set(batch).size < batch.length)),
  'several of one issue at the same time': ({ deliveries, arrivals }) =>
    arrivals.some((arrival) =>
      arrival.some((batch) => {
        const ids = [...new Set(batch)].map((place) => deliveries[place]?.issue.id);
        return new Set(ids).size < ids.length;
      }),
    ),
};

/** Counts in how many histories each scene was played. */
export const countScenes = () => {
  const counts: Record<string, number> = Object.fromEntries(Object.keys(SCENES).map((name) => [name, 0]));
  const look = (history: History): void => {
    for (const [name, scene] of Object.entries(SCENES))
      if (scene(history)) counts[name] = (counts[name] ?? 0) + 1;
  };
  return { counts, look };
};
