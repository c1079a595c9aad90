/** Is imported before a test file, which then sees a source with the change that the environment names. */
import { changeAll } from './changed-source.ts';

changeAll(JSON.parse(process.env['CHANGED_SOURCE'] ?? ''));
