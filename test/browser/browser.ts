import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { listen, stop } from '../support/loopback-server.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const SCRIPT = readFileSync(join(import.meta.dirname, 'attacker-page.js'), 'utf8');

/** One request a page tries in every way it has. */
export type Try = { url: string; method: string; headers: Record<string, string>; body?: string };

export type Attacker = {
  /** Opens the attacker's page at an address of its own name, or any other page. */
  open(url?: string): Promise<Page>;
  /** What a page could read, by the way it did. */
  attack(page: Page, request: Try): Promise<Record<string, string>>;
  close(): Promise<void>;
};

const launch = async (rules: string): Promise<Browser> => {
  if (!existsSync(CHROMIUM))
    throw new Error(
      `There is no ${CHROMIUM}: install Chromium (apt-get install chromium), or set CHROMIUM to its path`,
    );
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-dev-shm-usage',
  ];
  return chromium.launch({ executablePath: CHROMIUM, args: [...args, `--host-resolver-rules=${rules}`] });
};

/**
 * A real browser, and a site of an attacker in it: `http://evil.test`. `names` lead where the attacker pointed them, as
 * they do after DNS rebinding.
 */
export const startAttacker = async (names: Record<string, string>): Promise<Attacker> => {
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>evil</title><body>`);
  });
  const port = await listen(site, 0);
  const all = { 'evil.test': '127.0.0.1', ...names };
  const browser = await launch(
    Object.entries(all)
      .map(([name, to]) => `MAP ${name} ${to}`)
      .join(','),
  );
  return {
    open: async (url = `http://evil.test:${port}/`) => {
      const page = await browser.newPage();
      await page.goto(url);
      await page.addScriptTag({ content: SCRIPT });
      return page;
    },
    attack: (page, request) => page.evaluate(`attack(${JSON.stringify(request)})`),
    close: async () => {
      await browser.close();
      await stop(site);
    },
  };
};
