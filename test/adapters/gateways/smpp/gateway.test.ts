import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDiscreet, deadlineAfter, smsGatewayContract } from '../../../contracts/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { exampleMessage, exampleText, messageWith } from '../shared/gateway-stand-in.ts';
import { startSmsc } from './smpp-server.ts';
import { keepReceipts, openSmpp, smppPassword } from './smpp-under-test.ts';

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
  const text = 'Còdigo @£_ñ 907214 [€] {~}|^\\';
  const message = { ...messageWith(text), validityMs: 93_784_999 };
  const delivery = await openSmpp(t, smsc.port).send(message, deadlineAfter(30_000));
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
  const text = 'कोड 907214 😀';
  await openSmpp(t, smsc.port).send(messageWith(text), deadlineAfter(30_000));
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
    await gateway.send(messageWith(text), deadlineAfter(30_000));
    const submit = await smsc.seen('submit_sm', octets === 160 ? 1 : 2);
    assert.equal(String(submit['short_message']).length, 2 * octets);
  }
  for (const text of ['x'.repeat(161), 'x'.repeat(300), '€'.repeat(81), 'क'.repeat(71), 'я'.repeat(100)]) {
    const long = await gateway.send(messageWith(text), deadlineAfter(30_000));
    assert.deepEqual(long, {
      kind: 'refused',
      gateway: 'smpp',
      reason: 'content',
      detail: 'longer than one text message',
    });
  }
  assert.equal(await smsc.count('submit_sm'), 2);
  assert.equal((await gateway.send(exampleMessage, deadlineAfter(30_000))).kind, 'accepted');
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
    await gateway.send({ ...exampleMessage, validityMs: 1 }, deadlineAfter(30_000));
    await gateway.close();
    const submit = await smsc.seen('submit_sm', index + 1);
    assert.deepEqual([submit['source_addr_ton'], submit['source_addr_npi'], submit['source_addr']], expected);
    assert.equal(submit['validity_period'], '000000000001000R');
  }
});

test('SMPP: types and plans go by the kind of the sender and of the recipient where an account has others', async (t) => {
  const smsc = await startSmsc(t);
  const senderTypes = { letters: { ton: 0, npi: 1 }, shortCode: { ton: 0, npi: 1 } };
  const changes = {
    senderTypes,
    senders: { CA: '20255', BR: '+5511999990000' },
    recipientTon: 0,
    recipientNpi: 0,
  };
  const gateway = openSmpp(t, smsc.port, changes);
  for (const [index, [country, expected]] of (
    [
      [undefined, [0, 1, 'Exemplo', 0, 0]],
      ['CA', [0, 1, '20255', 0, 0]],
      ['BR', [1, 1, '5511999990000', 0, 0]],
    ] as const
  ).entries()) {
    await gateway.send({ ...exampleMessage, country }, deadlineAfter(30_000));
    const submit = await smsc.seen('submit_sm', index + 1);
    const fields = ['source_addr_ton', 'source_addr_npi', 'source_addr', 'dest_addr_ton', 'dest_addr_npi'];
    assert.deepEqual(
      fields.map((field) => submit[field]),
      expected,
    );
  }
});

test('SMPP: charset, data coding, validity and service type are as the account has them', async (t) => {
  const smsc = await startSmsc(t);
  const clock = new TestClock();
  const text = 'Còdigo @_ñ 907214';
  const inAscii = '436f6469676f20402036';
  const cases = [
    [{ charset: 'latin-1' }, text, 0, '43f26469676f20405ff120393037323134'],
    [{ charset: 'latin-1', dataCoding: 3 }, text, 3, '43f26469676f20405ff120393037323134'],
    [{ charset: 'latin-1' }, 'Ω€', 8, '03a920ac'],
    [{ charset: 'ascii', dataCoding: 1 }, text, 8, '004300f2'],
    [{ charset: 'ascii' }, 'Codigo @ 6', 0, inAscii],
    [{ charset: 'gsm-7' }, '@', 0, '00'],
  ] as const;
  for (const [index, [changes, words, dataCoding, octets]] of cases.entries()) {
    const gateway = openSmpp(t, smsc.port, { ...changes, serviceType: 'OTP', validity: 'none' });
    await gateway.send(messageWith(words), deadlineAfter(30_000));
    await gateway.close();
    const submit = await smsc.seen('submit_sm', index + 1);
    assert.deepEqual(
      [submit['data_coding'], submit['service_type'], submit['validity_period']],
      [dataCoding, 'OTP', ''],
    );
    assert.ok(String(submit['short_message']).startsWith(octets), String(submit['short_message']));
  }
  const absolute = openSmpp(t, smsc.port, { validity: 'absolute' }, { clock });
  await absolute.send({ ...exampleMessage, validityMs: 90_000 }, deadlineAfter(30_000));
  const digits = new Date(clock.nowMs() + 90_000).toISOString().replace(/[^0-9]/g, '');
  const { validity_period: until } = await smsc.seen('submit_sm', cases.length + 1);
  assert.equal(until, `${digits.slice(2, 14)}000+`);
});

test('SMPP: a text that its charset has no letters for is refused where UCS-2 has no room for it', async (t) => {
  const smsc = await startSmsc(t);
  const gateway = openSmpp(t, smsc.port, { charset: 'ascii' });
  const text = 'ü'.repeat(71);
  const delivery = await gateway.send(messageWith(text), deadlineAfter(30_000));
  assert.equal('detail' in delivery && delivery.detail, 'longer than one text message');
});

test('SMPP: with a session each, texts go over the transmitter and receipts come over the receiver', async (t) => {
  const smsc = await startSmsc(t);
  const { receipts, onReceipt } = keepReceipts();
  const gateway = openSmpp(t, smsc.port, { bindMode: 'transmitter+receiver' }, { onReceipt });
  const receiver = await smsc.seen('bind_receiver');
  const transmitter = await smsc.seen('bind_transmitter');
  assert.equal((await gateway.send(exampleMessage, deadlineAfter(30_000))).kind, 'accepted');
  assert.equal((await smsc.seen('submit_sm')).session, transmitter.session);
  const fields = { esm_class: 4, short_message: 'id:id_1 stat:DELIVRD' };
  await smsc.order({ do: 'deliver', session: receiver.session, fields });
  assert.equal((await smsc.seen('deliver_sm_resp'))['status'], 0);
  assert.equal(receipts.length, 1);
  await gateway.close();
  assert.equal(await smsc.count('unbind'), 2);
  assert.equal(await smsc.count('bind_transceiver'), 0);
});

test('SMPP: entity and template of a text in India go along', async (t) => {
  const smsc = await startSmsc(t);
  const dlt = { entityId: '1101234567890123456', templateId: '1107165409153095415' };
  await openSmpp(t, smsc.port).send({ ...exampleMessage, ...{ dlt } }, deadlineAfter(30_000));
  const submit = await smsc.seen('submit_sm');
  assert.equal(submit['5120'], dlt.entityId);
  assert.equal(submit['5121'], dlt.templateId);
});

test('SMPP: without receipts none are asked for, and none is promised', async (t) => {
  const smsc = await startSmsc(t);
  const gateway = openSmpp(t, smsc.port, {}, { onReceipt: undefined });
  const delivery = await gateway.send(exampleMessage, deadlineAfter(30_000));
  assert.deepEqual(delivery, { kind: 'accepted', gateway: 'smpp', messageId: 'id_1' });
  const off = openSmpp(t, smsc.port, { receipts: false });
  assert.equal('receiptKey' in (await off.send(exampleMessage, deadlineAfter(30_000))), false);
  assert.equal((await smsc.seen('submit_sm', 1))['registered_delivery'], 0);
  assert.equal((await smsc.seen('submit_sm', 2))['registered_delivery'], 0);
});

test('SMPP: a status has the class that the settings give it, before that of the table', async (t) => {
  const smsc = await startSmsc(t);
  const refusals = { '0x0000040b': 'quota', ESME_RX_P_APPN: 'blocked' } as const;
  const gateway = openSmpp(t, smsc.port, { refusals });
  for (const [status, reason, detail] of [
    [0x40b, 'quota', '0x0000040b'],
    [0x65, 'blocked', 'ESME_RX_P_APPN'],
    [0x40c, 'unexplained', '0x0000040c'],
    [0x41, 'unexplained', '0x00000041'],
  ] as const) {
    await smsc.behave({ submit: status });
    const delivery = await gateway.send(exampleMessage, deadlineAfter(30_000));
    assert.deepEqual(delivery, { kind: 'refused', gateway: 'smpp', reason, detail });
  }
});

test('[OQ-87] SMPP: a message id that quotes the number is not kept, and its receipt finds the text', async (t) => {
  const smsc = await startSmsc(t, { submit: 'silence' });
  const sending = openSmpp(t, smsc.port).send(exampleMessage, deadlineAfter(30_000));
  const { session, seq } = await smsc.seen('submit_sm');
  await smsc.order({ do: 'accept', session, seq, messageId: 'x14035550123' });
  const delivery = await sending;
  assert.deepEqual(delivery, {
    kind: 'accepted',
    gateway: 'smpp',
    messageId: undefined,
    receiptKey: 'smpp:x14035550123',
  });
  assertDiscreet(delivery, { secrets: [exampleText, smppPassword] });
});
