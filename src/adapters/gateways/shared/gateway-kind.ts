import type { KindRule, KindSchema } from '../../../config/kinds.ts';
import type { ValuesOf } from '../../../config/values.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ReceiptSink, StrayReceipt } from '../../../ports/delivery-receipt.ts';
import type { SmsGateway } from '../../../ports/sms-gateway.ts';

/** What a gateway of any kind is given besides its settings; it takes what it needs. */
export interface GatewayParts {
  readonly clock: Clock;
  /** Where it calls us with receipts; `undefined`: nobody takes them there. */
  readonly receiptsUrl?: string | undefined;
  /** Takes the receipts of a gateway that keeps a session; `undefined`: none are asked for. */
  readonly onReceipt?: ReceiptSink | undefined;
  /** Is told of what looks like a receipt and is none to record. */
  readonly onStray?: ((stray: StrayReceipt) => void) | undefined;
  /** No other gateway is asked for what this one can't take: its texts may wait for it longer. */
  readonly isAlone?: boolean | undefined;
}

/** What settings of one kind mean for the configuration around them. */
export interface GatewayRules<Settings> {
  /** Every URL, or request template of one, at which it is asked; the first one is shown. `undefined`: it follows from other settings. */
  urls(settings: Settings): readonly (string | undefined)[];
  /**
   * Where the connection of its session goes, as a URL whose scheme is https for TLS, else http. There it is tried without
   * a session: a second one may end that of a running server. Absent: it keeps none, and tries by itself when opened.
   */
  sessionAt?(settings: Settings): string;
  /** Whether it calls the listener for receipts. */
  isCalledBack(settings: Settings): boolean;
  readonly between: readonly KindRule<Settings>[];
  /** What may be meant so and mostly isn't, in words like those of a fault. */
  caution?(settings: Settings): string | undefined;
}

/** A kind of gateways, as a row of the catalog. */
export interface GatewayKind<Schema extends KindSchema = KindSchema> {
  readonly kind: Schema['properties']['kind']['const'];
  readonly settings: Schema;
  readonly rules: GatewayRules<ValuesOf<Schema>>;
  /** Loads the adapter with its client library, and opens the gateway. */
  open(settings: ValuesOf<Schema>, parts: GatewayParts): Promise<SmsGateway>;
}
