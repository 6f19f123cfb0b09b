/** What a route answered, in words, and whether it is what the story must end in. */
export type Found = { route: string; text: string; ok: boolean };

export const get = async (base: string, route: string): Promise<unknown> =>
  (await fetch(`${base}${route}`, { signal: AbortSignal.timeout(10_000) })).json();

/** An answer of another shape is told as such, and the others are still shown. */
export const orStrange = (route: string, found: Promise<Found>): Promise<Found> =>
  found.catch(() => ({ route, text: 'This is not what the route answers.', ok: false }));
