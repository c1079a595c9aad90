/**
 * Has `remove` called, once, if the process exits before its work is done, as at a second Ctrl-C. It can't wait for
 * anything then. Returns what takes that back.
 */
export function removeAtExit(remove: () => void): () => void {
  process.once('exit', remove);
  return () => void process.off('exit', remove);
}
