import assert from 'node:assert/strict';
import { test } from 'node:test';
import { malformedForms } from '../../conformance/checks/envelope/json-forms.ts';
import type { Broken } from './faults/fault.ts';
import { jsonFaults } from './faults/json.ts';
import type { Fault } from './reference/server.ts';
import { parseStrictly } from './reference/strict-json.ts';

const faultOf = (entry: Broken | Fault | undefined): Fault =>
  entry === undefined ? {} : 'fault' in entry ? entry.fault : entry;

/** Ids are random; these are those that look like something else. */
const runs = ['012345678901', '1e1234567890', '000000000000', '1_0001_0000x', '111111111111'];

for (const { name, write } of malformedForms) {
  const { parse } = faultOf(jsonFaults[`envelope/json-refuses-${name}`]);
  if (parse === undefined) continue;
  test(`the server that forgives ${name} forgives it whatever the ids are, and changes none`, () => {
    for (const run of runs) {
      const requestHeader = { requestId: `gsp-req:${run}_7`, requestTimestamp: '1502545413026' };
      const right = { requestHeader, sendOtpRequestId: `gsp-none:${run}_8`, otp: '000000' };
      const written = write(JSON.stringify(right));
      const payload = typeof written === 'string' ? Buffer.from(written) : written;
      const read: object = Object(parse(parseStrictly)(payload, 'verifyOtp'));
      const { extra: _, other: __, ...rest } = { extra: 0, other: 0, ...read };
      assert.deepEqual(rest, right);
    }
  });
}
