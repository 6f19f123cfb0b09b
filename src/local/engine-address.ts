import { randomInt } from 'node:crypto';

/**
 * Ports that no browser calls, whatever a page asks for: a page could otherwise read and change the database,
 * because the engine answers preflights with `*` and takes any `Authorization`. They are on the list of bad ports
 * of the Fetch standard (https://fetch.spec.whatwg.org/#port-blocking), and were refused by browsers long before it.
 */
export const PORTS_NO_BROWSER_CALLS = [4045, 6665, 6666, 6667, 6668, 6669] as const;

/** A number of an address's last three parts that is neither the network nor its broadcast address. */
const MOST = 2 ** 24 - 1;

/**
 * A loopback address at random and a port that no page may call: neither can a page reach it, nor do the engines of
 * this machine meet. Linux answers on all of 127.0.0.0/8.
 */
export const engineAddress = (random: (least: number, below: number) => number = randomInt) => {
  const part = random(1, MOST);
  const host = `127.${part >> 16}.${(part >> 8) & 255}.${part & 255}`;
  const port = PORTS_NO_BROWSER_CALLS[random(0, PORTS_NO_BROWSER_CALLS.length)] ?? PORTS_NO_BROWSER_CALLS[0];
  return { host, port };
};
