import fc from 'fast-check';
import { isJsonObject, type Json } from '../../src/domain/json.ts';
import { anyText } from './any-text.ts';

const ODD_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'emailAddress',
  'avatarUrls',
  'name',
  'key',
  'id',
  'accountId',
];

const name = fc.oneof(fc.constantFrom(...ODD_NAMES), fc.string());

/** Any JSON, with a taste for what breaks readers: half surrogates, prototype names, addresses, odd numbers. */
export const anyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, true, 0, 1e308, -1.5, '', 'ORB-1', 'pete@example.com', '\ud800', '\u0000'),
    anyText(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

type Path = (string | number)[];

const pathsOf = (value: Json, path: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...inner.flatMap(([step, child]) => pathsOf(child, [...path, step]))];
};

const replaced = (value: Json, [step, ...rest]: Path, by: Json): Json => {
  if (step === undefined) return by;
  if (Array.isArray(value))
    return value.map((child, index) => (index === step ? replaced(child, rest, by) : child));
  if (!isJsonObject(value)) return value;
  return { ...value, [step]: replaced(value[step] ?? null, rest, by) };
};

/** The body with one node, at any depth, replaced by another value. */
export const withOneNodeReplaced = (body: Json, by: fc.Arbitrary<Json> = anyJson): fc.Arbitrary<Json> =>
  fc.tuple(fc.constantFrom(...pathsOf(body)), by).map(([path, value]) => replaced(body, path, value));
