/** The environment as the program was started with it. */
export const startEnv: Readonly<Record<string, string | undefined>> = { ...process.env };

// It would switch off every check of a certificate that this process makes. The configuration tells of it, and refuses
// it in production; from here on it means nothing.
delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];

// Node's own answer to this signal, which log rotation likes to send, is a debugger that any local user can attach to. An
// own listener takes its place.
if (process.platform !== 'win32') process.on('SIGUSR1', () => undefined);
