// A process that holds an embedded engine, for tests that end it in rough ways:
// node engine-holder.ts [db path, may be empty] [exit: end without stopping the engine]
import { startEngine } from '../../src/local/engine.ts';

const [dbPath, how] = process.argv.slice(2);
const engine = await startEngine({ dbPath: dbPath || undefined });
console.log(JSON.stringify({ pid: engine.pid, endpoint: engine.endpoint }));
if (how === 'exit') process.exit(1);
