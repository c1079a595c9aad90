import { Worker } from 'node:worker_threads';

/** Two private and two public operations, as one request and its answer need them, and nothing around them. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { constants, createSign, createVerify, generateKeyPairSync, privateDecrypt, publicEncrypt } = require('node:crypto');
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: workerData });
const padding = constants.RSA_PKCS1_OAEP_PADDING;
const secret = Buffer.alloc(32, 7);
const text = Buffer.alloc(300, 65);
const encrypted = publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, secret);
const signature = createSign('sha384').update(text).sign(privateKey);
parentPort.on('message', (kind) => {
  if (kind === 'open') {
    privateDecrypt({ key: privateKey, padding, oaepHash: 'sha256' }, encrypted);
    createVerify('sha384').update(text).verify(publicKey, signature);
  } else {
    createSign('sha384').update(text).sign(privateKey);
    publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, secret);
  }
  parentPort.postMessage('done');
});
parentPort.postMessage('ready');
`;

export interface BareRsa {
  /** One private and one public operation: `open` decrypts and verifies, `seal` signs and encrypts. */
  run(kind: 'open' | 'seal'): Promise<void>;
}

export async function startBareRsa(rsaBits: number, threads: number): Promise<BareRsa> {
  const workers = await Promise.all(Array.from({ length: threads }, () => startThread(rsaBits)));
  let next = 0;
  return {
    run(kind) {
      const worker = workers[next++ % workers.length];
      return new Promise((resolve) => {
        worker?.waiting.push(resolve);
        worker?.thread.postMessage(kind);
      });
    },
  };
}

async function startThread(rsaBits: number) {
  const thread = new Worker(THREAD, { eval: true, workerData: rsaBits });
  await new Promise((resolve) => thread.once('message', resolve));
  const waiting: (() => void)[] = [];
  thread.on('message', () => waiting.shift()?.());
  return { thread, waiting };
}
