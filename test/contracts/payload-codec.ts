import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { PayloadCodec } from '../../src/ports/payload-codec.ts';

/** A codec and its peer: what one seals the other opens. */
export interface CodecPair {
  readonly ours: PayloadCodec;
  readonly theirs: PayloadCodec;
}

/** What every codec must do, whatever it seals with. `sealed`: whether it protects anything. */
export function payloadCodecContract(name: string, sealed: boolean, start: () => Promise<CodecPair>): void {
  describe(`payload codec: ${name}`, () => {
    it('opens what the other side sealed, byte for byte, both ways', async () => {
      const { ours, theirs } = await start();
      for (const payload of [
        Buffer.from('{}'),
        Buffer.from('{"clientMessage":"日本語 \\u0000"}'),
        randomBytes(20_000),
      ]) {
        const there = await theirs.open(await ours.seal(payload));
        const back = await ours.open(await theirs.seal(payload));
        for (const opened of [there, back]) {
          assert.ok(opened.kind === 'opened');
          assert.ok(payload.equals(opened.payload));
        }
      }
      await ours.close();
      await theirs.close();
    });

    it('[HTTP-7] names one media type, and seals under it', async () => {
      const { ours, theirs } = await start();
      assert.match(ours.mediaType, /^[a-z]+\/[a-z-]+$/);
      assert.equal(ours.contentType, `${ours.mediaType}; charset=utf-8`);
      await ours.close();
      await theirs.close();
    });

    it('throws for no body whatever', async () => {
      const { ours, theirs } = await start();
      const whole = await theirs.seal(Buffer.from('{"clientMessage":"x"}'));
      const bodies = [
        new Uint8Array(0),
        randomBytes(1000),
        Buffer.from('a.b.c.d.e'),
        whole.subarray(0, whole.length / 2),
      ];
      for (const body of bodies) {
        const { kind } = await ours.open(body);
        if (sealed) assert.notEqual(kind, 'opened');
      }
      await ours.close();
      await theirs.close();
    });

    it('closes twice', async () => {
      const { ours, theirs } = await start();
      await ours.close();
      await ours.close();
      await theirs.close();
    });
  });
}
