/** Why the system refused a file, in words for an operator. `undefined`: the error is not the system's. */
export function describeFileFault(error: unknown, file: string): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return undefined;
  const { code, message } = error;
  if (code === 'ENOENT') return `${file} does not exist`;
  if (code === 'ENOTDIR') return `${file} does not exist: part of its path is no directory`;
  if (code === 'EACCES') return `the user of this process has no permission for ${file}`;
  // As Node writes it: `ELOOP: too many symbolic links encountered, stat 'file'`.
  const [, words = code] = /^[A-Z0-9]+: (.+?), [a-z]+/.exec(message) ?? [];
  return `${file}: ${words}`;
}
