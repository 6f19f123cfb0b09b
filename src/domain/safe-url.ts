/** True for a loopback address. */
export const isLoopback = (url: URL | null): boolean =>
  /^(127\.[\d.]+|localhost|\[::1\])$/.test(url?.hostname ?? '');

/** True when requests to the URL are encrypted, or do not leave this machine. */
export const isSafeUrl = (url: URL | null): url is URL =>
  url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
