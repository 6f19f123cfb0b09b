import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What the figures were measured on: two machines are not compared, only ratios are. */
export const machineFacts = (): string => {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`;
  const load = (loadavg()[0] ?? 0).toFixed(2);
  return [
    `${availableParallelism()} cores (${model}), ${memory}, ${process.platform} ${process.arch}`,
    `Node ${process.version}, ${new Date().toISOString()}, load ${load} before the first figure`,
  ].join('\n');
};
