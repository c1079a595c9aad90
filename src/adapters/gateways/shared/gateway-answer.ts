import type { HttpAnswer } from '../../http-client/exchange.ts';
import { decodeText } from './decode-text.ts';

/** An answer as the dialects of gateways read it. */
export interface GatewayAnswer {
  readonly status: number;
  readonly text: string;
}

export function gatewayAnswerOf({ status, headers, bytes }: HttpAnswer): GatewayAnswer {
  return { status, text: decodeText(bytes, headers['content-type']) };
}
