import type { EventView } from '../../domain/delivery.ts';
import { fitFields } from '../../domain/fit.ts';
import type { IssueFields, Snapshot } from '../../domain/issue.ts';
import { cutAtCodePoint } from '../../domain/sizes.ts';

/** An issue known only from a body: `Snapshot` without what only a stored row has. */
export type SaidIssue = Pick<Snapshot, 'tenant_id'> & { issue_id: string | null } & {
  [K in keyof IssueFields]: Snapshot[K];
};

/** The body that is sent for an event. `truncated` names what was left out to make it fit. */
export type EventBody = {
  type: string;
  timestamp: string;
  data: {
    event: Omit<EventView, 'changes' | 'processing'>;
    /** `snapshot`: the issue as stored now; `body`: as in the event's own body; `none`: no known issue. */
    issue_source: 'snapshot' | 'body' | 'none';
    issue: Snapshot | SaidIssue | null;
    changes: EventView['changes'];
    version: Snapshot['version'];
    execution_id: string;
  };
  truncated: string[];
};

/** The most that receivers must take. */
const MOST_BODY_BYTES = 200_000;

/**
 * The body as JSON, at most 200 KB. To fit, these are cut in order: custom fields, changes, the end of the description,
 * links, other fields of the issue, and finally the ends of the event's own texts and lists.
 */
export const fitBody = (body: EventBody): string => {
  let current = body;
  for (const step of STEPS) {
    const json = JSON.stringify(current);
    if (Buffer.byteLength(json) <= MOST_BODY_BYTES) return json;
    current = step(current);
  }
  return JSON.stringify(current);
};

type Step = (body: EventBody) => EventBody;

const withData = (body: EventBody, data: Partial<EventBody['data']>, ...names: string[]): EventBody => ({
  ...body,
  data: { ...body.data, ...data },
  truncated: [...body.truncated, ...names],
});

const withoutCustomFields: Step = (body) => {
  const { issue } = body.data;
  if (issue === null || Object.keys(issue.custom_fields).length === 0) return body;
  return withData(body, { issue: { ...issue, custom_fields: {} } }, 'custom_fields');
};

const withoutChanges: Step = (body) =>
  body.data.changes.length === 0 ? body : withData(body, { changes: [] }, 'changes');

/** Fields in the issue's own `truncated` were left out when it was stored, and are not named again. */
const withFieldsThatFit: Step = (body) => {
  const { issue } = body.data;
  if (issue === null) return body;
  // `fitFields` only looks at fields that are present; any of them may be null.
  const fields = issue as IssueFields;
  const namesIn = ({ truncated }: IssueFields) => [
    ...body.truncated,
    ...truncated.slice(fields.truncated.length),
  ];
  const around = jsonBytes({ ...withData(body, { issue: null }), truncated: null }) - 2 * jsonBytes(null);
  const fitted = fitFields(fields, (some) => {
    const all = around + jsonBytes({ ...some, truncated: fields.truncated }) + jsonBytes(namesIn(some));
    return all <= MOST_BODY_BYTES;
  });
  const whole = withData(body, { issue: { ...issue, ...fitted, truncated: fields.truncated } });
  return { ...whole, truncated: namesIn(fitted) };
};

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const MOST_TEXT = 500;
const MOST_LIST = 20;

/** No sender writes an event this large, but a signed body may hold anything. */
const withShortTexts: Step = (body) => ({
  ...shortened(body),
  truncated: [...body.truncated.slice(0, MOST_LIST), 'event'],
});

/** The value with every text and list in it cut. Its type stays: nothing is added, removed or converted. */
const shortened = <T>(value: T): T => JSON.parse(JSON.stringify(value), cutValue);

const cutValue = (_name: string, value: unknown): unknown => {
  if (typeof value === 'string') return cutAtCodePoint(value, MOST_TEXT);
  return Array.isArray(value) ? value.slice(0, MOST_LIST) : value;
};

const STEPS: readonly Step[] = [withoutCustomFields, withoutChanges, withFieldsThatFit, withShortTexts];
