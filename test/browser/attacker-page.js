// What a hostile page tries, in the page itself. Each way answers what it could read, or null.

const within = (ms, work) =>
  Promise.race([work, new Promise((done) => setTimeout(() => done(null), ms))]).catch(() => null);

const PATIENCE_MS = 2_000;

const byFetch = async ({ url, method, headers, body }, mode) => {
  const answer = await fetch(url, { method, headers, body, mode });
  return answer.type === 'opaque' ? null : `${answer.status} ${await answer.text()}`;
};

const byXhr = ({ url, method, headers, body }) =>
  new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.onload = () => done(`${request.status} ${request.responseText}`);
    request.onerror = () => done(null);
    request.send(body);
  });

/** A form sends its one field as `name=value`, in plain text: so a JSON body can be made of it. */
const byForm = ({ url, method, body }) =>
  new Promise((done) => {
    const frame = document.createElement('iframe');
    frame.name = `f${Math.random()}`;
    document.body.append(frame);
    const form = document.createElement('form');
    Object.assign(form, { action: url, method, enctype: 'text/plain', target: frame.name });
    const [name = '', ...rest] = (body ?? '').split('=');
    const field = document.createElement('input');
    Object.assign(field, { name, value: rest.join('=') });
    form.append(field);
    document.body.append(form);
    form.submit();
    setTimeout(() => {
      try {
        done(
          frame.contentDocument.location.href === 'about:blank' ? null : frame.contentDocument.body.innerText,
        );
      } catch {
        done(null);
      }
    }, 500);
  });

const byWebSocket = ({ url }) =>
  new Promise((done) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'));
    socket.onopen = () => done('open');
    socket.onmessage = ({ data }) => done(data);
    socket.onerror = () => done(null);
  });

const byEventSource = ({ url }) =>
  new Promise((done) => {
    const source = new EventSource(url);
    source.onopen = () => done('open');
    source.onmessage = ({ data }) => done(data);
    source.onerror = () => {
      source.close();
      done(null);
    };
  });

const byBeacon = async ({ url, body }) => {
  navigator.sendBeacon(url, body ?? '');
  return null;
};

const byPopup = async ({ url }) => {
  const popup = window.open(url);
  await new Promise((done) => setTimeout(done, 500));
  try {
    return popup.location.href === 'about:blank' ? null : popup.document.body.innerText;
  } finally {
    popup?.close();
  }
};

const simple = ({ url, method, body }) => ({ url, method, body, headers: { 'content-type': 'text/plain' } });

/** Tries everything with one request and answers what could be read, by the way it was. */
globalThis.attack = async (request) => {
  const tries = {
    cors: () => byFetch(request, 'cors'),
    simple: () => byFetch(simple(request), 'cors'),
    noCors: () => byFetch(simple(request), 'no-cors'),
    xhr: () => byXhr(request),
    simpleXhr: () => byXhr(simple(request)),
    form: () => byForm(request),
    webSocket: () => byWebSocket(request),
    eventSource: () => byEventSource(request),
    beacon: () => byBeacon(request),
    popup: () => (request.method === 'GET' ? byPopup(request) : null),
  };
  const ways = await Promise.all(
    Object.entries(tries).map(async ([way, go]) => [way, await within(PATIENCE_MS, go())]),
  );
  return Object.fromEntries(ways.filter(([, got]) => got !== null));
};
