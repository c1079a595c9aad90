/** A probe as Google would send it: what a server makes of a body that it should not have opened. */
export function somehow(): Uint8Array {
  const requestHeader = {
    protocolVersion: { major: 1, minor: 0, revision: 0 },
    requestId: crypto.randomUUID(),
    requestTimestamp: String(Date.now()),
  };
  return Buffer.from(JSON.stringify({ requestHeader, sendOtpRequestId: 'none', otp: '000000' }));
}
