import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainListenError } from '../../../src/cli/server/listen-error.ts';
import { Failure } from '../../../src/cli/terminal/failure.ts';
import { loadConfig } from '../../../src/settings/load.ts';

test('a host name that nobody can look up is told by its setting', () => {
  const config = loadConfig({ env: { GSP_OTP_OPERATOR_HOST: 'otp.invalid' } });
  const fault = { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'otp.invalid' };
  const told = explainListenError(Object.assign(new Error('getaddrinfo'), fault), config);
  assert.ok(told instanceof Failure);
  assert.match(told.message, /^operator\.host otp\.invalid is no name/);
});
