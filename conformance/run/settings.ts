import type { ConformanceConfig } from './config.ts';
import { ConformanceConfigError } from './config-error.ts';

/** The settings with a number for each that was left out. */
export interface Settings {
  readonly baseUrl: URL;
  readonly pathStyle: string;
  readonly coolDownMs: number;
  readonly textsPerSubjectMax: number;
  readonly wrongCodesMax: number;
  readonly echoIntervalMs: number;
  readonly echoPer15MinutesMax: number;
  readonly answerMs: number;
  readonly textMs: number;
  readonly quietMs: number;
  readonly latencySamples: number;
  readonly unavailableMs: number;
  readonly p95Ms: number;
  readonly p90Ms: number;
  readonly plainHttpPort: number;
  readonly oversizedBodyBytes: number;
  readonly slowBodyMs: number;
}

export function isLoopback(url: URL): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
}

/** Throws `ConformanceConfigError` if the URL is missing or not an absolute http(s) URL. */
export function settle(config: ConformanceConfig): Settings {
  const baseUrl = baseUrlOf(config.url);
  // Google's own pace, unless the endpoint runs on the examiner's machine. [ECHO-3]
  const unhurried = !isLoopback(baseUrl);
  return {
    baseUrl,
    pathStyle: config.pathStyle ?? 'v1',
    coolDownMs: config.limits?.coolDownMs ?? 0,
    textsPerSubjectMax: config.limits?.textsPerSubjectMax ?? 1000,
    wrongCodesMax: config.limits?.wrongCodesMax ?? 5,
    echoIntervalMs: config.echo?.intervalMs ?? (unhurried ? 10_000 : 0),
    echoPer15MinutesMax: config.echo?.per15MinutesMax ?? (unhurried ? 30 : 0),
    answerMs: config.timing?.answerMs ?? 15_000,
    textMs: config.timing?.textMs ?? 30_000,
    quietMs: config.timing?.quietMs ?? 2_000,
    latencySamples: config.latency?.samples ?? 50,
    unavailableMs: config.latency?.unavailableMs ?? 7_000,
    p95Ms: config.latency?.p95Ms ?? 5_000,
    p90Ms: config.latency?.p90Ms ?? 3_000,
    plainHttpPort: config.transport?.plainHttpPort ?? 80,
    oversizedBodyBytes: config.transport?.oversizedBodyBytes ?? 8 * 1024 * 1024,
    slowBodyMs: config.transport?.slowBodyMs ?? 30_000,
  };
}

function baseUrlOf(url: string | undefined): URL {
  if (url === undefined) throw new ConformanceConfigError('url is missing: say https://host/base-path');
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    // It may hold a password.
    throw new ConformanceConfigError('url is not an absolute http or https URL');
  }
  return parsed;
}
