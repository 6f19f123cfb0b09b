/** A copy of an answer with one property too few or too many, and what was done to it. */
export type Mutant = { change: string; body: unknown };

/** Their names come from the sender, so a property more or less is no mistake. */
const OPEN = new Set(['custom_fields', 'event_types', 'headers', 'response_headers']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const without = (object: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

const inArray = (array: unknown[], path: string): Mutant[] =>
  array.flatMap((element, index) =>
    mutantsOf(element, `${path}[${index}]`).map(({ change, body }) => ({
      change,
      body: array.with(index, body),
    })),
  );

const inObject = (object: Record<string, unknown>, path: string): Mutant[] => {
  const removed = Object.keys(object).map((name) => ({
    change: `${path}.${name} removed`,
    body: without(object, name),
  }));
  const added = { change: `${path}.extra added`, body: { ...object, extra: 'x' } };
  const nested = Object.entries(object)
    .filter(([name]) => !OPEN.has(name))
    .flatMap(([name, value]) =>
      mutantsOf(value, `${path}.${name}`).map(({ change, body }) => ({
        change,
        body: { ...object, [name]: body },
      })),
    );
  return [...removed, added, ...nested];
};

/** Every way to take one property from a body, or to add one, at any depth. */
export const mutantsOf = (value: unknown, path = ''): Mutant[] => {
  if (Array.isArray(value)) return inArray(value, path);
  return isObject(value) ? inObject(value, path) : [];
};
