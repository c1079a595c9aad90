import type { Socket } from 'node:net';

/** What is used of Node's parser, which a server keeps and gives to one connection after the other. */
interface Parser {
  socket: Socket | null;
  incoming?: { readonly upgrade?: boolean } | null;
  execute(chunk: Buffer): number | Error;
}

/** Holds some seventy of the shortest requests. */
const PIECE_BYTES = 2048;

const known = new WeakSet<Parser>();

/**
 * Has what comes on a connection parsed in small pieces as long as `inPieces` says so of it, and no further once it is
 * ended. Node parses a whole read, of 64 KiB, at once: thousands of requests that came in one write cost their full price
 * though the connection is ended at one of the first.
 */
export function parseInPieces(socket: Socket, inPieces: (socket: Socket) => boolean): void {
  // A listener of ours takes the reading of a plain socket from native code, which asks nobody between requests.
  socket.on('data', () => undefined);
  const { parser } = socket as { readonly parser?: Parser };
  if (parser === undefined || known.has(parser)) return;
  known.add(parser);
  const execute = parser.execute.bind(parser);
  parser.execute = (chunk) => {
    const { socket: current } = parser;
    if (current === null || chunk.length <= PIECE_BYTES || !inPieces(current)) return execute(chunk);
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      if (current.destroyed || parser.socket !== current) return chunk.length;
      const parsed = execute(chunk.subarray(from, from + PIECE_BYTES));
      if (typeof parsed !== 'number') return parsed;
      if (parser.incoming?.upgrade) return from + parsed;
    }
    return chunk.length;
  };
}
