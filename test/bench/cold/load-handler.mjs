// Loads a bundle as Lambda does and prints when its handler was there, on the clock all processes share.
import { writeSync } from 'node:fs';

const { handler } = await import(process.argv[2]);
const now = process.hrtime.bigint();
if (typeof handler !== 'function') process.exit(1);
writeSync(1, String(now));
process.exit(0);
