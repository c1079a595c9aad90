/**
 * The check ids in a list of expected failures: one a line, a reason after `#`; blank lines don't count.
 *
 *     send-otp/text-has-blank-line   # the template of our Brazilian gateway, to be changed in March
 */
export function parseExpectedFailures(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}
