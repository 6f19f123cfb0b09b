// A receiver that correlates nothing, for tests of what it answers: correlation is most of what an instance does.
// node receiver-holder.ts --instance-file <path>

import { renameSync, writeFileSync } from 'node:fs';
import { openLogger, readLocalEnv } from '../../src/local/local-env.ts';
import { startInstance } from '../../src/local/run-instance.ts';

const [, file = ''] = process.argv.slice(2);
const env = readLocalEnv(process.env);
const { url, stop } = await startInstance({ env, log: await openLogger(env), correlate: false });
process.once('SIGTERM', async () => {
  await stop();
  process.exit();
});
// Nobody reads half of it.
writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, url }));
renameSync(`${file}.new`, file);
