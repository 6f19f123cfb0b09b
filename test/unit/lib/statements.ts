import * as z from 'zod/mini';
import type { Resource } from './synth-stack.ts';

/** A policy statement wherever it is in a template, with resources as text. */
export type Statement = {
  /** Logical id of what it is in. */
  holder: string;
  effect: string;
  actions: string[];
  resources: string[];
  /** Who it is for; null in a policy that says what its own holder may do. */
  principals: string[] | null;
  condition: unknown;
  /** NotAction, NotResource, NotPrincipal: everything but what they name. */
  inverted: string[];
};

const join = z.tuple([z.string(), z.array(z.unknown())]);
const reference = z.object({ Ref: z.string() });
const attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const joined = z.object({ 'Fn::Join': join });

/** `{"Fn::GetAtt": ["EventTable", "Arn"]}` becomes `<EventTable.Arn>`, and so on. */
export const asText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const ref = reference.safeParse(value);
  if (ref.success) return `<${ref.data.Ref}>`;
  const got = attribute.safeParse(value);
  if (got.success) return `<${got.data['Fn::GetAtt'].join('.')}>`;
  const parts = joined.safeParse(value);
  if (parts.success) return parts.data['Fn::Join'][1].map(asText).join(parts.data['Fn::Join'][0]);
  throw new TypeError(`not readable: ${JSON.stringify(value)}`);
};

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

const principalsOf = (principal: unknown): string[] | null => {
  if (principal === undefined) return null;
  if (typeof principal === 'string') return [principal];
  return Object.values(z.record(z.string(), z.unknown()).parse(principal)).flatMap(asList).map(asText);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const INVERTED = ['NotAction', 'NotResource', 'NotPrincipal'];

const toStatement = (holder: string, value: Record<string, unknown>): Statement => ({
  holder,
  effect: String(value.Effect),
  actions: asList(value.Action ?? []).map(asText),
  resources: value.Resource === undefined ? [] : asList(value.Resource).map(asText),
  principals: principalsOf(value.Principal),
  condition: value.Condition ?? null,
  inverted: INVERTED.filter((name) => name in value),
});

const within = (holder: string, value: unknown): Statement[] => {
  if (Array.isArray(value)) return value.flatMap((one) => within(holder, one));
  if (!isObject(value)) return [];
  if ('Effect' in value) return [toStatement(holder, value)];
  return Object.values(value).flatMap((one) => within(holder, one));
};

/** Every policy statement of these resources: whatever has an `Effect`, at any depth of any property. */
export const statementsOf = (resources: Record<string, Resource>): Statement[] =>
  Object.entries(resources).flatMap(([holder, { Properties }]) => within(holder, Properties));
