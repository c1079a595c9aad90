import type { Config } from '../../settings/load.ts';
import { Failure } from '../terminal/failure.ts';

/** Says which setting names an address that can't be listened on; any other error comes back as it is. */
export function explainListenError(error: unknown, config: Config): unknown {
  const groups = ['http', 'operator', 'receipts', 'internal'] as const;
  if (isLookupError(error)) {
    const named = groups.find((name) => config[name]?.host === error.hostname) ?? 'http';
    return new Failure(
      `${named}.host ${error.hostname} is no name that this machine can look up`,
      `Choose another: --set ${named}.host=127.0.0.1`,
    );
  }
  if (!isListenError(error)) return error;
  const group = groups.find((name) => config[name]?.port === error.port) ?? 'http';
  const place = `${group}.port ${error.port} on ${error.address}`;
  if (error.code === 'EADDRINUSE') {
    return new Failure(
      `${place} is taken`,
      `Stop what uses it, or choose another: --set ${group}.port=0 takes any free one.`,
    );
  }
  if (error.code === 'EACCES') {
    return new Failure(`${place} may not be used`, `Choose a port above 1023: --set ${group}.port=8443`);
  }
  return new Failure(
    `${group}.host ${error.address} is no address of this machine`,
    `Choose another: --set ${group}.host=127.0.0.1`,
  );
}

interface ListenError extends Error {
  readonly code: string;
  readonly address: string;
  readonly port: number;
}

function isLookupError(error: unknown): error is Error & { readonly hostname: string } {
  return (
    error instanceof Error && 'syscall' in error && error.syscall === 'getaddrinfo' && 'hostname' in error
  );
}

/** Tells the errors of Node's `listen` from others. */
export function isListenError(error: unknown): error is ListenError {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'port' in error;
}
