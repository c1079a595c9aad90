import { Agent as ClearAgent, type RequestOptions, request } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Secret } from '../../ports/secret.ts';

/** How a service is reached over HTTP. */
export interface LinkSettings {
  /** Who may have issued its certificate, PEM; `undefined`: the public authorities. */
  readonly tlsCa?: Secret | undefined;
  /** What we show it, PEM; `undefined`: nothing. */
  readonly clientCertificate?: ClientCertificate | undefined;
  /** `undefined`: it is connected to directly, whatever the environment says of proxies. */
  readonly proxy?: ProxySettings | undefined;
}

export interface ClientCertificate {
  readonly certificate: Secret;
  readonly key: Secret;
  readonly passphrase?: Secret | undefined;
}

/** A proxy that is asked by CONNECT for a connection to the service. */
export interface ProxySettings {
  /** `http://`, host and port. */
  readonly url: string;
  /** `undefined`: it wants no credentials. */
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
}

/** A request that names how long its connection may take to come about. */
export interface LinkedRequest extends RequestOptions {
  /** Ends the attempt to connect, and nothing later. */
  readonly connectSignal: AbortSignal;
}

/** The connections to one service. Those that were used are kept for a few seconds. */
export interface Link {
  /** Hands out connections that a request can be written to at once: TLS is set up, the certificate was found good. */
  agentFor(url: string): ClearAgent;
  /** Connects as a request to that URL would, and lets go. Rejects with why not. */
  probe(url: string, signal: AbortSignal): Promise<void>;
  /** Lets go of the connections that are kept. Safe to call twice. */
  close(): void;
}

/** What a proxy is to blame for; its message is of ours and names no value. */
export class ProxyFault extends Error {}

/** Servers end connections that are idle for 5 s or longer; a request that meets such an end may be lost. */
const IDLE_MS = 4000;

/** In TLS 1.3 the server looks at our certificate after our side of the handshake is over. */
const VERDICT_MS = 500;

/** The TLS of a service is checked, whatever `NODE_TLS_REJECT_UNAUTHORIZED` says. */
export function createLink({ tlsCa, clientCertificate, proxy }: LinkSettings = {}): Link {
  const kept = { keepAlive: true, scheduling: 'lifo', timeout: IDLE_MS } as const;
  const { certificate, key, passphrase } = clientCertificate ?? {};
  const tlsTerms = {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ca: tlsCa?.reveal(),
    cert: certificate?.reveal(),
    key: key?.reveal(),
    passphrase: passphrase?.reveal(),
  } as const;
  const clear = readyAgent(new ClearAgent(kept), 'connect', proxy);
  const tls = readyAgent(new TlsAgent({ ...kept, ...tlsTerms }), 'secureConnect', proxy);
  const agentOf = (url: string) => (/^https:/i.test(url) ? tls : clear);
  return {
    agentFor: (url) => agentOf(url).agent,
    async probe(url, signal) {
      const { hostname, port, protocol } = new URL(url);
      const host = hostname.replace(/^\[|\]$/g, '');
      const servername = isIP(host) === 0 ? host : '';
      const to = { host, servername, port: port || (protocol === 'https:' ? 443 : 80) };
      const socket = await agentOf(url).ready({ ...tlsTerms, ...to, connectSignal: signal });
      await verdictOn(socket).finally(() => socket.destroy());
    },
    close() {
      clear.agent.destroy();
      tls.agent.destroy();
    },
  };
}

type Created = (error: Error | null, socket?: Duplex) => void;

interface ReadyAgent {
  readonly agent: ClearAgent;
  /** The connection that a request with these options would get from the agent anew. */
  ready(options: LinkedRequest): Promise<Socket>;
}

/** Makes the agent hand out connections only after that event, and by way of the proxy if there is one. */
function readyAgent(
  agent: ClearAgent,
  event: 'connect' | 'secureConnect',
  proxy: ProxySettings | undefined,
): ReadyAgent {
  const create = agent.createConnection.bind(agent);
  const ready = async (options: LinkedRequest) => {
    const { connectSignal } = options;
    const tunnel = proxy && (await openTunnel(proxy, options, connectSignal));
    if (tunnel && event === 'connect') return tunnel;
    const over = { ...withoutSignal(options), ...(tunnel && { socket: tunnel }) };
    try {
      // A session of an earlier connection may be taken up again: only the event says that the handshake is over.
      return await whenReady(create(over) as Socket, event, connectSignal);
    } catch (error) {
      tunnel?.destroy();
      // Whether the proxy holds it up or the service can't be seen from here.
      throw tunnel && connectSignal.aborted ? new ProxyFault('the proxy let nothing through in time') : error;
    }
  };
  // Its declaration knows no failure without a connection.
  const createConnection = (options: LinkedRequest, created: Created): void => {
    ready(options).then((socket) => created(null, socket), created);
  };
  Object.assign(agent, { createConnection });
  return { agent, ready };
}

/** A connection that is kept outlives the request that it was opened for. */
function withoutSignal({ signal: _signal, connectSignal: _connectSignal, ...options }: LinkedRequest) {
  return options;
}

/** Resolves with the socket at the event; rejects, and the socket is destroyed, if it fails or `signal` comes first. */
function whenReady(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<Socket> {
  // An error that comes while nobody has it yet is told by the next use.
  socket.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const onAbort = () => socket.destroy(asError(signal.reason));
    const done = () => signal.removeEventListener('abort', onAbort);
    socket.once(event, () => {
      done();
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('close', () => {
      done();
      reject(closedEarly());
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

/** A connection to the host and port of a request, through the proxy. [RFC 9110, 9.3.6] */
async function openTunnel(
  { url, user, password }: ProxySettings,
  { host, port }: RequestOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const { hostname, port: proxyPort } = new URL(url);
  const to = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(proxyPort || 80) };
  const socket = await whenReady(connect(to), 'connect', signal).catch((error) => {
    throw proxyFault(error, signal);
  });
  const authority = `${host?.includes(':') ? `[${host}]` : host}:${port}`;
  const credentials = Buffer.from(`${user}:${password?.reveal() ?? ''}`).toString('base64');
  const headers = {
    host: authority,
    ...(user !== undefined && { 'proxy-authorization': `Basic ${credentials}` }),
  };
  return new Promise((resolve, reject) => {
    const onAbort = () => socket.destroy(asError(signal.reason));
    const call = request({ method: 'CONNECT', path: authority, headers, createConnection: () => socket });
    const done = () => signal.removeEventListener('abort', onAbort);
    call.on('connect', ({ statusCode = 0 }) => {
      done();
      if (statusCode >= 200 && statusCode <= 299) return resolve(socket);
      socket.destroy();
      reject(new ProxyFault(`the proxy answered ${statusCode}`));
    });
    call.on('error', (error) => {
      done();
      reject(proxyFault(error, signal));
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
    call.end();
  });
}

/** Also where our time ran out: it was the proxy that used it up. */
function proxyFault(error: unknown, signal: AbortSignal): ProxyFault {
  if (signal.aborted) return new ProxyFault('the proxy gave no connection in time');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new ProxyFault(
    `the proxy gave no connection, ${/^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : 'closed'}`,
  );
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}

/** Rejects if the server breaks off now that the handshake is over on our side. */
async function verdictOn(socket: Socket): Promise<void> {
  if (!(socket instanceof TLSSocket) || socket.getProtocol() !== 'TLSv1.3') return;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    timer = setTimeout(resolve, VERDICT_MS);
    // Servers give out tickets once they are content.
    socket.once('session', () => resolve());
    socket.once('error', reject);
    socket.once('close', () => reject(closedEarly()));
  }).finally(() => clearTimeout(timer));
}

function closedEarly(): Error {
  return Object.assign(new Error('closed'), { code: 'ECONNRESET' });
}
