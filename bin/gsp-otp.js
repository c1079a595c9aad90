#!/usr/bin/env node
// Starts the command line on a Node that can run it. Plain JavaScript, since an older Node must be able to read it:
// a machine's own Node may be too old while `npm ci` has put the right one into node_modules.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

// Node's own answer to this signal is a debugger that any local user can attach to. As early as can be.
if (process.platform !== 'win32') process.on('SIGUSR1', () => undefined);

// To a server it means that files have changed. While it starts it has not read them yet, so there is nothing to do.
if (process.argv.slice(2).find((word) => !word.startsWith('-')) === 'serve') {
  process.on('SIGHUP', () => undefined);
}

// Started by this file on an older Node: to be killed doesn't leave the other process behind, for their channel closes with it.
const launched = 'GSP_OTP_LAUNCHED';
if (process.env[launched] === '1' && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
// Not for those that this process starts, nor for the settings, whose names begin like it.
delete process.env[launched];

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const nodeNeeded = engines.node.replace('>=', '');

// What was built, in the installed package; the sources, in a clone.
const main = [
  new URL('../src/cli/main.ts', import.meta.url),
  new URL('../dist/src/cli/main.js', import.meta.url),
].find(
  (file) => existsSync(file) && !(file.pathname.endsWith('.ts') && file.pathname.includes('/node_modules/')),
);

if (main === undefined) {
  refuse(
    'this copy of gsp-otp was installed from its sources, without being built.\n' +
      'In a clone run `npm ci && npm pack`, and install the .tgz that it makes.\n',
  );
} else if (isNewEnough(process.versions.node)) {
  await import(main.href);
} else {
  const node = installedNode();
  if (node === undefined) refuse(nodeMissing());
  else runWith(node);
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  const [majorNeeded, minorNeeded] = nodeNeeded.split('.').map(Number);
  return major > majorNeeded || (major === majorNeeded && minor >= minorNeeded);
}

/** The Node that npm installed beside the other packages. `undefined`: there is none for this machine. */
function installedNode() {
  try {
    const node = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`);
    return node === process.execPath ? undefined : node;
  } catch {
    return undefined;
  }
}

/** Runs this file once more on that Node: lives as long as the other process, hands on its signals, and ends as it ends. */
function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [launched]: '1' },
  });
  child.once('error', () => refuse(nodeMissing()));
  // A terminal's Ctrl-C goes to both processes by itself, and whoever counts takes two at once for one. Who sends it tells
  // no signal: kept back, one that is meant for this process alone would get lost.
  process.on('SIGINT', () => child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // Reached only where that signal doesn't end this process: the number that a shell would report.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 1000);
  });
}

function nodeMissing() {
  return (
    `gsp-otp needs Node ${nodeNeeded} or newer; this is Node ${process.versions.node}, and no other was found.\n` +
    'npm brings one along on Linux (x64 and arm64), unless it is told to omit optional packages. Elsewhere install\n' +
    'Node 24 (https://nodejs.org).\n'
  );
}

function refuse(reason) {
  process.stderr.write(reason);
  process.exit(2);
}
