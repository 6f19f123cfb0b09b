import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
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

  it('have a line each in the table of the README, because what is not listed is not found', () => {
    const listed = tableRows(page('README.md'), 'command').map(
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
  });

/** What a script says of itself: ours, or the CDK's command behind it. */
const helpOfScript = async (script: string): Promise<string> => {
  const text = scripts[script] ?? '';
  const file = /^node (\S+)/.exec(text)?.[1];
  if (file) return (await runHere(file, ['--help'])).stdout;
  return helpOfCdk(/cdk (\w+)/.exec(text)?.[1] ?? `no script ${script}`);
};

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

  it.each(scriptsWithFlags)('of npm run %s are known to it', async (script) => {
    const help = await helpOfScript(script);
    const flags = flagged.filter((one) => one.script === script).map(({ flag }) => flag);
    expect(flags.filter((flag) => !help.includes(flag))).toEqual([]);
  });
});

describe('code to paste', () => {
  const blocks = pages.flatMap(({ file, text }) => codeBlocks(text, 'bash').map((code) => ({ file, code })));

  it('is there, because a check of nothing passes', () => {
    expect(blocks.length).toBeGreaterThan(4);
  });

  it.each(blocks)('in $file is valid bash', ({ code }) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
