import { randomBytes } from 'node:crypto';

/** A webhook's secret: 256 random bits as 43 URL-safe characters. */
export const newSecret = (): string => randomBytes(32).toString('base64url');
