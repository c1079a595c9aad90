import { Type } from '../config/setting-words.ts';

/** The listener that gateways call. */
export const receipts = (host: object, port: object) =>
  Type.Object(
    {
      host: Type.String({ ...host, description: 'Address that receipts are taken at.' }),
      port: Type.Integer({ ...port, description: 'Port that receipts are taken at; 0 takes any free one.' }),
      publicUrl: Type.String({
        pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+(/[^\\s/?#]+)*$',
        accepts:
          'a URL such as https://receipts.bank.example, without a slash at its end; https in production',
        description:
          'How gateways reach it: what comes before `path`. Twilio signs it, so a proxy in front must be called by just this.',
      }),
      path: Type.String({
        default: '/receipts',
        pattern: '^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$',
        accepts: 'a path such as /receipts: starts with /, has no slash at its end',
        description: 'Each gateway has its own route below it, named like the gateway.',
      }),
    },
    {
      description:
        'The listener that gateways call with delivery receipts, open to the internet; a proxy in front terminates TLS. Absent: there is none.',
      formerly: {
        connectionsMax: 'nothing; remove it: it is 512 connections',
        concurrentMax: 'nothing; remove it: it is 256 calls at once',
      },
    },
  );
