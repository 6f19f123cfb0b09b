import { randomBytes } from 'node:crypto';

/** A webhook's secret: 256 random bits as 43 characters that can be pasted anywhere. */
export const newSecret = (): string => randomBytes(32).toString('base64url');
