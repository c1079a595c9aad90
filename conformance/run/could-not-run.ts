/** The run could not begin: nothing answers at the URL, or what was asked for makes no sense. */
export class CouldNotRun extends Error {
  override readonly name = 'CouldNotRun';
}
