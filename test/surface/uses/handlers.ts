/* Handlers of the bank's own: of calls that bring a code, and of associations. */
import {
  type AssociatedIds,
  type AssociateOrder,
  type CodePurpose,
  type CodeUse,
  type ConsumeMethod,
  type ConsumeOrder,
  type ConsumeResult,
  type Consumption,
  type ExpectedCode,
  type MethodName,
  type OwnCalls,
  Secret,
} from 'gsp-otp';

const purpose: CodePurpose = 'capture';

/** What the record calls a use, and whose request ids it has. */
export const uses: readonly CodeUse[] = ['verifyOtp', purpose];
export const methods: readonly (MethodName | ConsumeMethod)[] = ['verifyOtp', `consume:${purpose}:PIAID`];

/** What Google is answered. */
export async function capture(
  server: OwnCalls,
  accountId: string,
  otp: string,
): Promise<ConsumeResult | number> {
  const expect: ExpectedCode = { accountId, context: 'mandateCreation' };
  const order: ConsumeOrder = {
    purpose,
    requestId: 'capture-1',
    paymentIntegratorAccountId: 'PIAID',
    otpVerification: { sendOtpRequestId: 'send-1', otp: new Secret(otp, '[code]') },
    expect,
  };
  const consumption: Consumption = await server.consumeOtp(order);
  switch (consumption.kind) {
    case 'answered':
      return consumption.accountId === undefined || consumption.isReplay ? consumption.result : 'SUCCESS';
    case 'unknown-identifier':
      return 404;
    case 'conflict':
    case 'association-taken':
      return 412;
    case 'busy':
      return 409;
  }
}

/** An account that was found without a code. */
export async function link(server: OwnCalls, ids: AssociatedIds): Promise<boolean> {
  const order: AssociateOrder = { ...ids, requestId: 'associate-1' };
  if ((await server.associate(order)) === 'associated') return true;
  return (await server.dissociate(ids.associationId)) === 'dissociated';
}
