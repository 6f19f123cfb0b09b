import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import packageFile from '../../package.json' with { type: 'json' };
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { codeBlocks, inlineCode, page, pages, tableRows } from '../support/markdown.ts';
import { runHere } from '../support/run-here.ts';

const PROJECT = join(import.meta.dirname, '../..');
const scripts: Record<string, string> = packageFile.scripts;

/** What only developers call: docs/contributing.md lists it. */
const FOR_DEVELOPERS = [
  ...['test', 'test:unit', 'test:integration', 'test:deep', 'test:coverage'],
  ...['lint', 'format', 'types', 'unused', 'docs'],
];

const allCode = pages.flatMap(({ file, text }) =>
  [...inlineCode(text), ...codeBlocks(text, 'bash')].map((code) => ({ file, code })),
);

describe('commands in the documentation', () => {
  const named = allCode.flatMap(({ file, code }) =>
    [...code.matchAll(/npm (?:run (?:--silent )?([\w:-]+)|(start|test))/g)].map((match) => ({
      file,
      script: match[1] ?? match[2] ?? '',
    })),
  );

  it('exist in package.json, because people paste them', () => {
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
  });

  it('have files to run, because a script may outlive its file', () => {
    const files = Object.values(scripts).flatMap((script) => /^node (\S+)/.exec(script)?.[1] ?? []);
    expect(files.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
  });

  it('have a line each in the table of commands, because what is not listed is not found', () => {
    const listed = tableRows(page('docs/commands.md'), 'command').map(
      ([command]) => /npm (?:run )?([\w-]+)/.exec(command ?? '')?.[1] ?? '',
    );
    const expected = Object.keys(scripts).filter((script) => !FOR_DEVELOPERS.includes(script));
    expect(listed.toSorted()).toEqual(expected.toSorted());
  });

  it('for developers are all in the page for contributors', () => {
    const text = page('docs/contributing.md');
    const missing = FOR_DEVELOPERS.filter((script) => !new RegExp(`npm (run )?${script}\\b`).test(text));
    expect(missing).toEqual([]);
  });
});

/** The rest of a line, up to where another command begins. */
const argumentsOf = (rest: string): string => /^[^;|&>]*/.exec(rest)?.[0] ?? '';

const flagged = allCode.flatMap(({ code }) =>
  [...code.matchAll(/npm run (?:--silent )?([\w-]+) -- (.+)/g)].flatMap((match) =>
    [...argumentsOf(match[2] ?? '').matchAll(/(?<!\S)--[a-z-]+/g)].map(([flag]) => ({
      script: match[1] ?? '',
      flag,
    })),
  ),
);

const helpOfCdk = (command: string): string =>
  execFileSync(process.execPath, ['node_modules/aws-cdk/bin/cdk', command, '--help'], {
    cwd: PROJECT,
    encoding: 'utf8',
    env: { ...process.env, ...COMPILE_CACHE },
  });

/** What the CDK makes its command line of: to ask each command itself takes seconds. */
const cdk = z
  .object({
    globalOptions: z.record(z.string(), z.unknown()),
    commands: z.record(z.string(), z.object({ options: z.optional(z.record(z.string(), z.unknown())) })),
  })
  .parse(
    JSON.parse(readFileSync(join(PROJECT, 'node_modules/aws-cdk/lib/cli/cli-type-registry.json'), 'utf8')),
  );

const flagsOfCdk = (command: string): string[] => {
  const options = { ...cdk.globalOptions, ...cdk.commands[command]?.options };
  return Object.keys(options).map((name) => `--${name}`);
};

/** What a script says of itself: ours, or the CDK's command behind it. */
const helpOfScript = async (script: string): Promise<string> => {
  const text = scripts[script] ?? '';
  const file = /^node (\S+)/.exec(text)?.[1];
  if (file) return (await runHere(file, ['--help'])).stdout;
  return flagsOfCdk(/cdk (\w+)/.exec(text)?.[1] ?? `no script ${script}`).join(' ');
};

/** A longer flag does not fit into one line of the CDK's help. */
const LONGEST = 40;

describe('flags in the documentation', () => {
  const scriptsWithFlags = [...new Set(flagged.map(({ script }) => script))];

  it('are shown somewhere, because a check of nothing passes', () => {
    const some = [
      'commits',
      'correlate',
      'replay',
      'event',
      'erase',
      'docs',
      'rotate-secret',
      'deploy',
      'smoke',
    ];
    expect(scriptsWithFlags).toEqual(expect.arrayContaining(some));
  });

  it('of the CDK are those its own help names, because its file might be another one’s', () => {
    const help = helpOfCdk('deploy');
    const flags = flagsOfCdk('deploy').filter((flag) => flag.length <= LONGEST);
    expect(flags.length).toBeGreaterThan(30);
    expect(flags.filter((flag) => !help.includes(flag))).toEqual([]);
  });

  it.each(scriptsWithFlags)('of npm run %s are known to it', async (script) => {
    const help = await helpOfScript(script);
    const flags = flagged.filter((one) => one.script === script).map(({ flag }) => flag);
    expect(flags.filter((flag) => !help.includes(flag))).toEqual([]);
  });
});

/** Reads blocks that each end with a NUL, and says of each what `bash -n` ends with and says. */
const CHECK = `while IFS= read -r -d '' code; do
  said=$(exec bash -nc "$code" 2>&1)
  printf '%s %s\\0' "$?" "$said"
done`;

/** In one small process, because a large one takes long to start each of a hundred. */
const checkBash = (codes: readonly string[]): string[] => {
  const input = codes.map((code) => `${code}\0`).join('');
  return spawnSync('bash', ['-c', CHECK], { input, encoding: 'utf8' }).stdout.split('\0');
};

describe('code to paste', () => {
  const blocks = pages.flatMap(({ file, text }) => codeBlocks(text, 'bash').map((code) => ({ file, code })));

  it('is there, because a check of nothing passes', () => {
    expect(blocks.length).toBeGreaterThan(4);
  });

  it('would be found wrong, because a check that says yes to all passes', () => {
    const [first, second, third] = checkBash(['echo "$(date)"', 'if true; then', 'true']);
    expect([first, third]).toEqual(['0 ', '0 ']);
    expect(second).toMatch(/^2 .*syntax error/s);
  });

  describe('by bash itself', () => {
    let said: string[] = [];

    beforeAll(() => {
      said = checkBash(blocks.map(({ code }) => code));
    });

    it.each(blocks.map((block, index) => ({ ...block, index })))('in $file is valid', ({ index }) => {
      expect(said[index]).toBe('0 ');
    });
  });
});
