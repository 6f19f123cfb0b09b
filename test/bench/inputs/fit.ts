import { sum } from '../shared/stats.ts';

/** A size in bytes against the body's: `base + per_byte * body`. */
export type Line = { base: number; per_byte: number };

/** The straight line with the least squares of differences through `[x, y]`. */
export const fitLine = (points: readonly (readonly [number, number])[]): Line => {
  const meanX = sum(points.map(([x]) => x)) / points.length;
  const meanY = sum(points.map(([, y]) => y)) / points.length;
  const across = sum(points.map(([x, y]) => (x - meanX) * (y - meanY)));
  const along = sum(points.map(([x]) => (x - meanX) ** 2));
  const per_byte = across / along;
  return { base: meanY - per_byte * meanX, per_byte };
};
