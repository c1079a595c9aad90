import type { RawReply } from '../reference/server.ts';
import { answers, type Faults, withMember } from './fault.ts';

/** Faults of sealed answers, whatever they are sealed with. */
export const sealingFaults: Faults = {
  'sealing/every-answer-is-sealed': {
    // An error in clear text, since that path was forgotten.
    write: (right) => async (reply, request) => right(reply.status === 401 ? inClear(reply) : reply, request),
  },
  'sealing/every-answer-has-its-content-type': {
    write: (right) => async (reply, request) => {
      const headers =
        reply.status === 404 ? { ...reply.headers, 'content-type': 'text/plain' } : reply.headers;
      return right({ ...reply, headers }, request);
    },
  },
  'sealing/one-error-for-what-cannot-be-opened': answers(
    (call) => call.payload.length < 5,
    withMember('errorDescription', 'four characters are no message'),
  ),
};

function inClear(reply: RawReply): RawReply {
  return { ...reply, body: Buffer.from('{"errorResponseCode":"INVALID_PAYLOAD_SIGNATURE"}') };
}
