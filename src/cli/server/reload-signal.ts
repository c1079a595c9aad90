import { ConfigError, describeFault } from '../../config/faults.ts';
import type { ConfigSources } from '../../config/layers.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { type Config, loadConfig } from '../../settings/load.ts';
import type { Application } from '../../wiring/application.ts';
import { forgetPassphrases } from './forget-passphrases.ts';

/**
 * From now on each SIGHUP makes the application read its keys and certificates again; one that comes while it is
 * starting waits until it has. What can't be used is told, in the log too, and everything stays as it was.
 */
export function reloadOnSignal(
  starting: Promise<Application>,
  sources: ConfigSources,
  tell: (text: string) => void,
): void {
  process.on('SIGHUP', async () => {
    try {
      const application = await starting;
      let next: Config | undefined;
      try {
        await application.reload(() => {
          next = loadConfig(sources);
          return next;
        });
      } finally {
        if (next) forgetPassphrases(next);
      }
      tell('SIGHUP: keys and certificates are read again\n');
    } catch (error) {
      tell(`SIGHUP: keys and certificates stay as they were: ${describeError(error)}\n`);
    }
  });
}

function describeError(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.map(describeFault).join('\n');
  return shown(error instanceof Error ? error.message : String(error));
}
