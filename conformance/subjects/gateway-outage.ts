import { orGivenUp } from '../checks/give-up.ts';
import type { RunWorld } from '../checks/trial.ts';
import { NotTested } from '../checks/verdicts.ts';
import { fetchBounded } from '../google/fetch-bounded.ts';
import type { ConformanceConfig, HttpStep } from '../run/config.ts';

type Outage = NonNullable<ConformanceConfig['gatewayOutage']>;

/**
 * Runs `during` while the endpoint's gateway refuses every text; given up, the outage ends at once. Throws `NotTested` if
 * nobody said how to bring that about, or if it can't be brought about, or not be ended, which leaves the endpoint
 * refusing.
 */
export async function duringGatewayOutage<T>(
  { config, giveUp, outages }: Pick<RunWorld, 'config' | 'giveUp' | 'outages'>,
  during: () => Promise<T>,
): Promise<T> {
  const outage = outageOf(config);
  if (outage === undefined)
    throw new NotTested(
      'needs gatewayOutage, which says how to have the gateway refuse texts, and how to end that',
    );
  const whole = within(outage, () => orGivenUp(during(), giveUp), giveUp);
  outages.add(whole);
  try {
    return await whole;
  } finally {
    outages.delete(whole);
  }
}

async function within<T>({ begin, end }: Outage, during: () => Promise<T>, giveUp: AbortSignal): Promise<T> {
  try {
    await take(begin, 'begin an outage of the gateway', giveUp);
  } catch (cause) {
    // Without an answer nobody knows whether it has begun.
    await take(end, 'end it').catch(() => {});
    throw cause;
  }
  try {
    return await during();
  } finally {
    await take(end, 'end the outage of the gateway: end it by hand');
  }
}

/** What was said, or how the sandbox inbox of gsp-otp is told to misbehave. */
function outageOf({ gatewayOutage, sms }: ConformanceConfig): Outage | undefined {
  if (gatewayOutage !== undefined || sms?.kind !== 'inbox') return gatewayOutage;
  const url = new URL(sms.url);
  url.pathname += '/behaviour';
  const behave = (behaviour: string): HttpStep => ({
    method: 'PUT',
    url: url.href,
    headers: sms.headers ?? {},
    body: { behaviour },
  });
  return { begin: behave('refuse'), end: behave('accept') };
}

async function take(
  { method = 'POST', url, headers = {}, body }: HttpStep,
  what: string,
  giveUp?: AbortSignal,
): Promise<void> {
  const sent =
    body === undefined
      ? { headers }
      : { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
  try {
    await fetchBounded(url, { method, ...sent }, giveUp);
  } catch (cause) {
    const { host, pathname } = new URL(url);
    const told = cause instanceof Error ? cause.message : String(cause);
    throw new NotTested(`can't ${what}, by ${host}${pathname}: ${told}`);
  }
}
