import type { TestContext } from 'node:test';
import { type ReceivedRequest, startStandIn } from '../../adapters/gateways/shared/gateway-stand-in.ts';
import {
  type HttpKind,
  type HttpReceipt,
  httpKinds,
  key,
  settingsAt,
} from '../../adapters/gateways/shared/http-kinds.ts';
import type { SessionKindName } from '../../adapters/gateways/shared/kind-names.ts';
import { smppSettings, startSmsc } from '../../adapters/gateways/smpp/smpp-server.ts';
import { makeCertificate } from '../../support/test-certificates.ts';

/** A gateway as the server meets it, for what all kinds have in common. */
export interface GatewayKind {
  readonly name: string;
  /** Its settings, and what stands there in its place. Its receipts come to that URL. */
  start(t: TestContext, receiptsUrl: string): Promise<Started>;
}

export interface Started {
  readonly settings: object;
  /** Its receipts come in a session of its own, where nobody else can bring one. */
  readonly inSession: boolean;
  /**
   * How it takes the next texts: it does, says a sure no by a code that nobody lists, takes leave without an answer, or says
   * that the first one comes too fast.
   */
  behave(how: 'takes' | 'refuses' | 'loses' | 'throttles-once'): Promise<void>;
  /** What it was asked to send until now. */
  texts(): Promise<readonly string[]>;
  /** Tells that the text of that number in `texts()` was delivered, over HTTP signed by that key; in a session, without a call. */
  deliver?: (text: number, key?: string) => Promise<HttpReceipt | undefined>;
}

const authority = makeCertificate({ name: 'authority' });
const { certificate: cert, key: tlsKey } = makeCertificate({ issuer: authority });

/** Over TLS, with a certificate of a private authority. */
function overHttp(kind: HttpKind): GatewayKind {
  const name = kind.kind;
  return {
    name,
    async start(t, receiptsUrl) {
      const standIn = await startStandIn(t, 'silence', { cert, key: tlsKey });
      const { requests } = standIn;
      const taken = (request: ReceivedRequest) => kind.taken(request, requests.indexOf(request));
      const throttlesOnce = () => {
        standIn.answer = taken;
        return kind.throttled;
      };
      const answers = {
        takes: taken,
        refuses: kind.refused,
        loses: 'cut-before-headers',
        'throttles-once': throttlesOnce,
      } as const;
      const { receipt } = kind;
      return {
        inSession: false,
        settings: { ...settingsAt(kind, standIn.url), tlsCa: { value: authority.certificate } },
        async behave(how) {
          standIn.answer = answers[how];
        },
        texts: async () => requests.map(kind.textOf),
        ...(receipt && {
          deliver: async (text, signedBy = key) => {
            const request = requests[text];
            return request && receipt(request, text, signedBy, `${receiptsUrl}/receipts/${name}`);
          },
        }),
      };
    },
  };
}

const smpp: GatewayKind = {
  name: 'smpp',
  async start(t) {
    const smsc = await startSmsc(t);
    const submits = async () => {
      await smsc.count('submit_sm');
      return smsc.events.filter(({ event }) => event === 'submit_sm');
    };
    let binds = 1;
    const behaviours = {
      takes: 'number-as-id',
      refuses: 0x0400,
      loses: 'drop',
      'throttles-once': 'throttle-once',
    } as const;
    return {
      inSession: true,
      settings: smppSettings(smsc.port),
      async behave(how) {
        await smsc.bound(binds);
        if (how === 'loses') binds += 1;
        await smsc.behave({ submit: behaviours[how] });
      },
      texts: async () =>
        (await submits()).map(({ short_message: hex }) => Buffer.from(String(hex), 'hex').toString('latin1')),
      async deliver(text) {
        const submit = (await submits())[text];
        const session = (await smsc.bound(binds)).session;
        const short_message = `id:000${submit?.['destination_addr']}${submit?.seq} stat:DELIVRD err:000`;
        await smsc.order({ do: 'deliver', session, fields: { esm_class: 4, short_message } });
        return undefined;
      },
    };
  },
};

const inSession: Readonly<Record<SessionKindName, GatewayKind>> = { smpp };

/** All of those that texts go by. */
export const gatewayKinds: readonly GatewayKind[] = [...httpKinds.map(overHttp), ...Object.values(inSession)];
