/** True for an address of this machine itself. */
export const isLoopback = (url: URL | null): boolean =>
  /^(127\.[\d.]+|localhost|\[::1\])$/.test(url?.hostname ?? '');

/** True when what is sent there is encrypted, or does not leave this machine. */
export const isSafeUrl = (url: URL | null): url is URL =>
  url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
