const LOOPBACK = /^(?:localhost|::1|127(?:\.[0-9]{1,3}){3})$/;

/** Whether only this machine reaches a listener on that address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
