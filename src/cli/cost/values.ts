/** The bare values of a list of described ones, under the same names. */
export const valuesOf = <Name extends string>(
  described: Readonly<Record<Name, { value: number }>>,
): Record<Name, number> =>
  // Object.fromEntries forgets which names there are.
  Object.fromEntries(
    Object.entries<{ value: number }>(described).map(([name, { value }]) => [name, value]),
  ) as Record<Name, number>;
