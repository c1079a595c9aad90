import { ConfigError } from '../../config/faults.ts';

/** What the doctor found out about one thing. */
export interface Finding {
  readonly subject: string;
  /** `failed`: it does not work, or not as it must. `warning`: it will not, or should not be so. `skipped`: unknown. */
  readonly verdict: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly finding: string;
  /** What to do; `undefined` where nothing is to be done. */
  readonly remedy?: string;
}

/** Findings about one subject. */
export function about(subject: string) {
  const find =
    (verdict: Finding['verdict']) =>
    (finding: string, remedy?: string): Finding => ({
      subject,
      verdict,
      finding,
      ...(remedy !== undefined && { remedy }),
    });
  return { ok: find('ok'), warning: find('warning'), failed: find('failed'), skipped: find('skipped') };
}

/** What a check yields, or, if it throws, that it failed. */
export async function examine(
  subject: string,
  remedy: string,
  check: () => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    const { failed } = about(subject);
    if (error instanceof ConfigError) {
      return error.faults.map(({ path, reason, accepted }) =>
        failed(`${path}: ${reason}`, `Accepted: ${accepted}. ${remedy}`),
      );
    }
    return [failed(error instanceof Error ? error.message : String(error), remedy)];
  }
}
