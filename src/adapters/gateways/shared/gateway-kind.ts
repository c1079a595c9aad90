import type { TObject, TSchema } from 'typebox';
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

/** A rule between settings of one gateway. */
export interface GatewayRule<Settings> {
  /** What breaks it, in words that follow the name of the setting and hold no credential; `undefined`: nothing does. */
  fault(settings: Settings): string | undefined;
  readonly accepted: string;
  /** The sandbox may break it. */
  readonly inProduction?: boolean;
}

/** What settings of one kind mean for the configuration around them. */
export interface GatewayRules<Settings> {
  /** Every URL or template of one at which it is asked; the first one is shown. `undefined`: it follows from other settings. */
  urls(settings: Settings): readonly (string | undefined)[];
  /** Whether it calls the listener for receipts. */
  isCalledBack(settings: Settings): boolean;
  readonly between: readonly GatewayRule<Settings>[];
  /** What may be meant so and mostly isn't, in words like those of a fault. */
  caution?(settings: Settings): string | undefined;
}

/** The settings of a kind: members of the same name mean the same in every kind. */
export type GatewaySchema = TObject<{ readonly kind: TSchema & { readonly const: string } }>;

/** A kind of gateways, as a row of the catalog. */
export interface GatewayKind<Schema extends GatewaySchema = GatewaySchema> {
  readonly kind: Schema['properties']['kind']['const'];
  readonly settings: Schema;
  readonly rules: GatewayRules<ValuesOf<Schema>>;
  /** Loads the adapter with its client library, and opens the gateway. */
  open(settings: ValuesOf<Schema>, parts: GatewayParts): Promise<SmsGateway>;
}
