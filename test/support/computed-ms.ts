/** What this thread has computed so far, in ms: what else a busy machine does does not count. */
export function computedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
