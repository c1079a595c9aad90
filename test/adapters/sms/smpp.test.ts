import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from '../../../src/adapters/sms/smpp-pdu.ts';
import { smppRefusals } from '../../../src/adapters/sms/smpp-refusals.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { assertDiscreet, deadlineAfter, smsGatewayContract } from '../../contracts/sms-gateway.ts';
import { exampleMessage, exampleText } from './gateway-stand-in.ts';
import { startSmsc } from './smpp-server.ts';
import { openSmpp, smppPassword } from './smpp-under-test.ts';

smsGatewayContract('SMPP', async (behaviour, t) => {
  const submit = { accept: 'accept', refuse: 0x0b, silence: 'silence' } as const;
  const smsc = await startSmsc(t, { submit: submit[behaviour] });
  const gateway = openSmpp(t, smsc.port);
  // The contract's deadline is short, and is not for the bind.
  await smsc.bound();
  return { gateway, secrets: [smppPassword] };
});

test('SMPP: the session is bound as transceiver of SMPP 3.4, before the first text', async (t) => {
  const smsc = await startSmsc(t);
  openSmpp(t, smsc.port, { systemType: 'OTP' });
  const bind = await smsc.seen('bind_transceiver');
  assert.equal(bind['system_id'], 'exemplo');
  assert.equal(bind['password'], smppPassword);
  assert.equal(bind['system_type'], 'OTP');
  assert.equal(bind['interface_version'], 0x34);
});

test('SMPP: a text goes as Net::SMPP reads it, in GSM-7 with a septet an octet', async (t) => {
  const smsc = await startSmsc(t);
  const text = new Secret('Còdigo @£_ñ 907214 [€] {~}|^\\');
  const message = { ...exampleMessage, text, validityMs: 93_784_999 };
  const delivery = await openSmpp(t, smsc.port).send(message, deadlineAfter(5000));
  assert.deepEqual(delivery, {
    kind: 'accepted',
    gateway: 'smpp',
    messageId: 'id_1',
    receiptKey: 'smpp:id_1',
  });
  const { event, session, seq, status, ...fields } = await smsc.seen('submit_sm');
  assert.deepEqual([event, session, seq, status], ['submit_sm', 1, 2, 0]);
  assert.deepEqual(fields, {
    service_type: '',
    source_addr_ton: 5,
    source_addr_npi: 0,
    source_addr: 'Exemplo',
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: '14035550123',
    esm_class: 0,
    protocol_id: 0,
    priority_flag: 0,
    schedule_delivery_time: '',
    // 1 day, 2 hours, 3 minutes, 4 seconds.
    validity_period: '000001020304000R',
    registered_delivery: 1,
    replace_if_present_flag: 0,
    data_coding: 0,
    sm_default_msg_id: 0,
    // By the tables of 3GPP TS 23.038: C ò d i g o SP @ £ _ ñ SP 907214 SP [ € ] SP { ~ } | ^ \
    short_message:
      '43086469676f2000' + '01117d20393037323134' + '201b3c1b651b3e' + '201b281b3d1b291b401b141b2f',
  });
});

test('SMPP: a text that GSM-7 can not write goes as UCS-2', async (t) => {
  const smsc = await startSmsc(t);
  const text = new Secret('कोड 907214 😀');
  await openSmpp(t, smsc.port).send({ ...exampleMessage, text }, deadlineAfter(5000));
  const submit = await smsc.seen('submit_sm');
  assert.equal(submit['data_coding'], 8);
  assert.equal(submit['short_message'], '0915094b09210020003900300037003200310034' + '0020' + 'd83dde00');
});

test('SMPP: GSM-7 has room for 160 septets, UCS-2 for 70 units, and what no PDU holds is refused', async (t) => {
  const smsc = await startSmsc(t);
  const gateway = openSmpp(t, smsc.port);
  for (const [text, octets] of [
    ['€'.repeat(80), 160],
    ['क'.repeat(70), 140],
  ] as const) {
    await gateway.send({ ...exampleMessage, text: new Secret(text) }, deadlineAfter(5000));
    const submit = await smsc.seen('submit_sm', octets === 160 ? 1 : 2);
    assert.equal(String(submit['short_message']).length, 2 * octets);
  }
  const long = await gateway.send(
    { ...exampleMessage, text: new Secret('x'.repeat(300)) },
    deadlineAfter(5000),
  );
  assert.deepEqual(long, {
    kind: 'refused',
    gateway: 'smpp',
    reason: 'content',
    detail: 'does not fit into a PDU',
  });
  assert.equal((await gateway.send(exampleMessage, deadlineAfter(5000))).kind, 'accepted');
});

test('SMPP: type and plan of the sender follow from it, unless they are set', async (t) => {
  const smsc = await startSmsc(t);
  const cases = [
    [{ sender: '+12025550100' }, [1, 1, '12025550100']],
    [{ sender: '12025550100' }, [1, 1, '12025550100']],
    [{ sender: '20255' }, [3, 0, '20255']],
    [{ sender: 'Banco 1' }, [5, 0, 'Banco 1']],
    [{ sender: '20255', senderTon: 0, senderNpi: 1 }, [0, 1, '20255']],
  ] as const;
  for (const [index, [changes, expected]] of cases.entries()) {
    const gateway = openSmpp(t, smsc.port, changes);
    await gateway.send({ ...exampleMessage, validityMs: 1 }, deadlineAfter(5000));
    await gateway.close();
    const submit = await smsc.seen('submit_sm', index + 1);
    assert.deepEqual([submit['source_addr_ton'], submit['source_addr_npi'], submit['source_addr']], expected);
    assert.equal(submit['validity_period'], '000000000001000R');
  }
});

test('SMPP: entity and template of a text in India go along', async (t) => {
  const smsc = await startSmsc(t);
  const dlt = { entityId: '1101234567890123456', templateId: '1107165409153095415' };
  await openSmpp(t, smsc.port).send({ ...exampleMessage, ...{ dlt } }, deadlineAfter(5000));
  const submit = await smsc.seen('submit_sm');
  assert.equal(submit['5120'], dlt.entityId);
  assert.equal(submit['5121'], dlt.templateId);
});

test('SMPP: without receipts none are asked for, and none is promised', async (t) => {
  const smsc = await startSmsc(t);
  const gateway = openSmpp(t, smsc.port, {}, { onReceipt: undefined });
  const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
  assert.deepEqual(delivery, { kind: 'accepted', gateway: 'smpp', messageId: 'id_1' });
  const off = openSmpp(t, smsc.port, { receipts: false });
  assert.equal('receiptKey' in (await off.send(exampleMessage, deadlineAfter(5000))), false);
  assert.equal((await smsc.seen('submit_sm', 1))['registered_delivery'], 0);
  assert.equal((await smsc.seen('submit_sm', 2))['registered_delivery'], 0);
});

test('SMPP: every status of the table is a refusal of its class, and unknown ones are too', async (t) => {
  const smsc = await startSmsc(t);
  const refusals = { '0x0000040b': 'quota', ESME_RX_P_APPN: 'blocked' } as const;
  for (const [name, reason] of Object.entries(smppRefusals)) {
    await smsc.behave({ submit: statusOf(name) });
    // One session each: some statuses let it rest.
    const gateway = openSmpp(t, smsc.port);
    const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
    assert.deepEqual(delivery, { kind: 'refused', gateway: 'smpp', reason, detail: name });
    await gateway.close();
  }
  const gateway = openSmpp(t, smsc.port, { refusals });
  for (const [status, reason, detail] of [
    [0x40b, 'quota', '0x0000040b'],
    [0x65, 'blocked', 'ESME_RX_P_APPN'],
    [0x40c, 'content', '0x0000040c'],
  ] as const) {
    await smsc.behave({ submit: status });
    const delivery = await gateway.send(exampleMessage, deadlineAfter(5000));
    assert.deepEqual(delivery, { kind: 'refused', gateway: 'smpp', reason, detail });
  }
});

test('SMPP: a message id that quotes the number is not kept', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const sending = openSmpp(t, smsc.port).send(exampleMessage, deadlineAfter(5000));
  const { session, seq } = await smsc.seen('submit_sm');
  await smsc.order({ do: 'accept', session, seq, messageId: 'x14035550123' });
  const delivery = await sending;
  assert.deepEqual(delivery, { kind: 'accepted', gateway: 'smpp', messageId: undefined });
  assertDiscreet(delivery, { secrets: [exampleText, smppPassword] });
});
