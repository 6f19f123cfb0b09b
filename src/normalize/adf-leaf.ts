import { LAST_INSTANT_MS, toUtcIso } from '../domain/instant.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../domain/json.ts';

const attribute = (node: JsonObject, name: string): Json | undefined => {
  const attrs = own(node, 'attrs');
  return isJsonObject(attrs) ? own(attrs, name) : undefined;
};

const firstText = (...values: (Json | undefined)[]): string =>
  values.find((value): value is string => typeof value === 'string' && value !== '') ?? '';

/** ADF keeps a date as epoch milliseconds at midnight UTC, written as a string. */
const day = (timestamp: Json | undefined): string => {
  const isNumber = typeof timestamp === 'string' || typeof timestamp === 'number';
  const ms = isNumber ? Number(timestamp) : Number.NaN;
  return Number.isInteger(ms) && ms >= 0 && ms <= LAST_INSTANT_MS ? toUtcIso(ms).slice(0, 10) : '';
};

const LEAVES = new Map<string, (node: JsonObject) => string>([
  ['text', (node) => firstText(own(node, 'text'))],
  ['hardBreak', () => '\n'],
  ['mention', (node) => firstText(attribute(node, 'text'))],
  ['emoji', (node) => firstText(attribute(node, 'text'), attribute(node, 'shortName'))],
  ['inlineCard', (node) => firstText(attribute(node, 'url'))],
  ['status', (node) => firstText(attribute(node, 'text'))],
  ['date', (node) => day(attribute(node, 'timestamp'))],
]);

/** The text an inline node of the Atlassian Document Format shows, or undefined for a block. */
export const leafText = (node: JsonObject): string | undefined => {
  const type = own(node, 'type');
  return typeof type === 'string' ? LEAVES.get(type)?.(node) : undefined;
};

/** Cards that stand on a line of their own: only their address is text. */
export const cardText = (node: JsonObject): string =>
  own(node, 'type') === 'blockCard' || own(node, 'type') === 'embedCard'
    ? firstText(attribute(node, 'url'))
    : '';
