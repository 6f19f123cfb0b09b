import type { DynamoDBRecord } from 'aws-lambda';
import { STREAM_FILTERS } from '../../contract/stream.ts';

/** Allowed values of a leaf, or patterns by name: the part of the filter language that `STREAM_FILTERS` uses. */
type Pattern = readonly string[] | { readonly [name: string]: Pattern };

const isLeaf = (pattern: Pattern): pattern is readonly string[] => Array.isArray(pattern);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const matches = (pattern: Pattern, value: unknown): boolean => {
  if (isLeaf(pattern)) return typeof value === 'string' && pattern.includes(value);
  return (
    isObject(value) &&
    Object.entries(pattern).every(([name, part]) => matches(part, Reflect.get(value, name)))
  );
};

/** True for a record that `STREAM_FILTERS` lets through, judged as an event source mapping does. */
export const passesFilter = (record: DynamoDBRecord): boolean =>
  STREAM_FILTERS.some((pattern) => matches(pattern, record));
