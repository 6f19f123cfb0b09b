import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageFile from '../../../package.json' with { type: 'json' };
import { OUTPUTS_FILE } from '../../../src/cli/shared/outputs.ts';
import { functionNames } from '../../../src/local/project.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';
import { depth } from '../../support/depth.ts';
import { runHere } from '../../support/run-here.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const CDK = join(PROJECT, 'node_modules/.bin/cdk');

/** Milliseconds; a synth is 10 s of work. */
const PATIENCE = 180_000;

let clone = '';

/** No account, region, profile or credentials, whatever this machine has; Node 24 first. */
const environment = () => ({
  PATH: [join(PROJECT, 'node_modules/.bin'), process.env.PATH].join(':'),
  HOME: clone,
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  ...COMPILE_CACHE,
});

/** `code` stays undefined where nothing sets it. */
type Synthesized = { code: unknown; stderr: string };

const synthByCommand = async (): Promise<Synthesized> => {
  const child = spawn(CDK, ['synth', '-q'], { cwd: clone, env: environment() });
  child.stdout.resume();
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stderr };
};

/** The app of the clone in this process, with these context values as the command line hands them over. */
const runApp = (context: Record<string, string> = {}) =>
  runHere(join(clone, 'bin/app.ts'), [], {
    CDK_CONTEXT_JSON: JSON.stringify(context),
    CDK_OUTDIR: join(clone, 'cdk.out'),
    CDK_VALIDATION: 'false',
  });

/** By the command, whose own validation is most of its work, in `npm run test:deep`. */
const synth = depth((): Promise<Synthesized> => runApp(), synthByCommand);

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
  for (const name of ['lib', 'src', 'node_modules']) symlinkSync(join(PROJECT, name), join(clone, name));
  for (const name of ['bin', 'cdk.json', 'package.json'])
    cpSync(join(PROJECT, name), join(clone, name), { recursive: true });
  for (const name of functionNames()) {
    mkdirSync(join(clone, '.build', name), { recursive: true });
    writeFileSync(join(clone, '.build', name, 'index.mjs'), 'export const handler = () => {};\n');
  }
});

afterAll(() => rmSync(clone, { recursive: true }));

describe('npm run synth', () => {
  it.each([
    ['synth', 'synth -q'],
    ['diff', 'diff'],
    ['deploy', `deploy --outputs-file ${OUTPUTS_FILE}`],
    ['destroy', 'destroy'],
  ] as const)(
    'and npm run %s build the bundles first, because what they bring is what they find',
    (name, rest) => {
      const build = 'npm run --silent build && CDK_DISABLE_CLI_TELEMETRY=true';
      expect(packageFile.scripts[name]).toBe(`${build} cdk ${rest}`);
    },
  );

  it('needs no account, finds nothing to complain of, and writes down every reason', {
    tags: ['deep'],
    timeout: PATIENCE,
  }, async () => {
    const { code, stderr } = await synth();
    expect([code ?? 0, stderr.trim()]).toEqual([0, '']);
    const template = readFileSync(join(clone, 'cdk.out/JiraWebhookSync-dev.template.json'), 'utf8');
    expect(Object.keys(JSON.parse(template).Resources)).toContain('EventTable');
    const report = JSON.parse(readFileSync(join(clone, 'cdk.out/validation-report.json'), 'utf8'));
    const packs = report.pluginReports.map((one: { pluginName: string; conclusion: string }) => [
      one.pluginName,
      one.conclusion,
    ]);
    expect(packs).toEqual([
      ['AwsSolutions', 'success'],
      ['Serverless', 'success'],
    ]);
  });

  it('fails on a finding without a reason, because else nobody would see the next one', async () => {
    const app = join(clone, 'bin/app.ts');
    const good = readFileSync(app, 'utf8');
    const bad = good
      .replace('new App()', `new App({ outdir: '${join(clone, 'bad.out')}' })`)
      .replace('app.synth();', "new Bucket(new Stack(app, 'Bad'), 'Bucket'); app.synth();")
      .replace('import { App }', "import { Bucket } from 'aws-cdk-lib/aws-s3';\nimport { App, Stack }");
    expect(bad).not.toBe(good);
    writeFileSync(app, bad);
    try {
      // What is thrown here ends a process with 1, and that one cdk with it.
      await expect(runApp()).rejects.toThrow('Validation failed');
      expect(readFileSync(join(clone, 'bad.out/validation-report.json'), 'utf8')).toContain(
        'AwsSolutions-S10',
      );
    } finally {
      writeFileSync(app, good);
    }
  });

  it('stops at a wrong context value with what to do, and without a stack', async () => {
    const { code, stderr } = await runApp({ stgae: 'prod', throttleRate: 'many' });
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'Wrong context:',
      '  stgae is not known: did you mean stage?',
      '  throttleRate must be a whole number from 1 to 10000',
      expect.stringMatching(
        /^Set values with -c name=value, or in cdk\.json under "context"\. Names: stage, /,
      ),
      '',
    ]);
  });

  it('says that the bundles are missing, because a clone has none', async () => {
    rmSync(join(clone, '.build/sweep'), { recursive: true });
    const { code, stderr } = await runApp();
    expect([code, stderr.trim()]).toEqual([
      1,
      `There is no bundle of sweep in ${join(clone, '.build')}: npm run build makes it.`,
    ]);
  });
});
