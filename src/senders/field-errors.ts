import type * as z from 'zod/mini';
import type { FieldError } from '../domain/delivery.ts';

/** Errors are a hint for people and stored with the event, so the list stays short. */
const MOST_ERRORS = 20;

export const NO_OBJECT: FieldError = { path: '', message: 'must be a JSON object' };

/** Zod's errors as paths and rules, without the sender's values; at most 20. */
export const fieldErrors = (error: z.core.$ZodError): FieldError[] =>
  error.issues.slice(0, MOST_ERRORS).map(({ path, message }) => ({ path: path.join('.'), message }));
