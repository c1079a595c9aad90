/** The configuration is wrong, or a file it names can't be read. The message says which setting and why. */
export class ConformanceConfigError extends Error {
  override readonly name = 'ConformanceConfigError';
}
