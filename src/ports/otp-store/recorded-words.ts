import { METHOD_NAMES } from '../method-name.ts';
import type { CodePurpose, CodeUse, RecordedMethod } from './code-use.ts';

/** Every one of them, as orders and rows are compared with. */
export const CODE_PURPOSES = [
  'associateAccount',
  'capture',
  'createMandate',
  'other',
] as const satisfies readonly CodePurpose[];

export const CODE_USES: readonly CodeUse[] = ['verifyOtp', ...CODE_PURPOSES];

/** Of an id, 256 characters at most without controls. */
const CONSUME_METHOD = new RegExp(`^consume:(?:${CODE_PURPOSES.join('|')})(?::\\P{Cc}{1,256})?$`, 'u');

export function isRecordedMethod(word: string): word is RecordedMethod {
  return (METHOD_NAMES as readonly string[]).includes(word) || CONSUME_METHOD.test(word);
}
