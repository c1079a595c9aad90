import { Type } from '../config/setting-words.ts';

/** The listener that gateways call. */
export const receipts = (host: object, port: object) =>
  Type.Object(
    {
      host: Type.String({
        ...host,
        description: 'Address that the listener for delivery reports listens on.',
      }),
      port: Type.Integer({
        ...port,
        description: 'Port that the listener for delivery reports listens on; 0 takes any free one.',
      }),
      publicUrl: Type.String({
        pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+(/[^\\s/?#]+)*$',
        accepts:
          'a URL such as https://receipts.bank.example, without a slash at its end; https in production',
        description:
          'The URL by which gateways reach it, without `path`. Twilio signs this URL, so it must be exactly the one that gateways call.',
      }),
      path: Type.String({
        default: '/receipts',
        pattern: '^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$',
        accepts: 'a path such as /receipts: starts with /, has no slash at its end',
        description: 'Base path. Each gateway has its own route below it, with the name of the gateway.',
      }),
    },
    {
      description:
        'The listener that gateways call with delivery reports (delivery receipts), reachable from the internet behind a proxy that terminates TLS. Absent: there is none.',
      formerly: {
        connectionsMax: 'nothing; remove it: it is 512 connections',
        concurrentMax: 'nothing; remove it: it is 256 calls at once',
      },
    },
  );
