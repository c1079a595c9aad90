import { Command, InvalidArgumentError, Option } from 'commander';
import type { Codec } from '../../../conformance/google/codecs/codec.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { ownMethodsUrl } from '../server/own-server.ts';
import { orStopped } from '../server/stop-signal.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes } from '../terminal/failure.ts';
import {
  makeHeader,
  makeToken,
  type PlayedCall,
  type ProtocolVersion,
  playCall,
  type RequestHeader,
} from './google-call.ts';
import { codecOf, type SealOptions, withSealOptions } from './seal-options.ts';

interface CallOptions extends SealOptions {
  readonly url?: string;
  readonly config?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly requestId?: string;
  readonly requestTimestamp?: string;
  readonly protocolVersion: ProtocolVersion;
  readonly timeoutMs: number;
  readonly verbose?: true;
  readonly json?: true;
}

interface SendOtpOptions extends CallOptions {
  readonly accountPhoneNumber?: string;
  readonly associationId?: string;
  readonly smsMatchingToken?: string;
  readonly otpContext?: string;
}

interface VerifyOtpOptions extends CallOptions {
  readonly sendOtpRequestId: string;
  readonly otp: string;
}

interface EchoOptions extends CallOptions {
  readonly clientMessage: string;
}

/** Google's side of one call. */
export function callCommand(): Command {
  return new Command('call')
    .addCommand(sendOtpCommand())
    .addCommand(verifyOtpCommand())
    .addCommand(echoCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp call echo --client-message hello
  $ gsp-otp call sendOtp --account-phone-number +12025550101
  $ gsp-otp call verifyOtp --send-otp-request-id ID --otp 123456 --json
  $ gsp-otp call echo --seal pgp --google-key google.asc --integrator-key ours.public.asc

Without --seal it sends unencrypted JSON, which only the sandbox accepts. With --seal it needs a private key whose
public part the server has as Google's: in the sandbox one of your own, created by gsp-otp keys generate.

Exit code: 0 if the answer is 200, whatever its result; 1 if not.
`,
    );
}

function sendOtpCommand(): Command {
  return withCallOptions(new Command('sendOtp'))
    .description('request that a code is sent')
    .option('--account-phone-number <number>', 'E.164, such as +12025550101')
    .option('--association-id <id>', 'id of an earlier association')
    .option('--sms-matching-token <token>', '11 characters (default: random)')
    .addOption(
      new Option('--otp-context <context>', 'purpose of the code').choices([
        'association',
        'mandateCreation',
        'associationWithMandateCreation',
      ]),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp call sendOtp --account-phone-number +12025550101 --otp-context association
  $ gsp-otp call sendOtp --association-id ID --request-id same-again      run it twice: no second text
`,
    )
    .action(async (options: SendOtpOptions) => {
      const body = {
        requestHeader: headerOf(options),
        accountPhoneNumber: options.accountPhoneNumber,
        associationId: options.associationId,
        smsMatchingToken: options.smsMatchingToken ?? makeToken(),
        otpContext: options.otpContext === undefined ? undefined : { [options.otpContext]: {} },
      };
      await call('sendOtp', body, options);
    });
}

function verifyOtpCommand(): Command {
  return withCallOptions(new Command('verifyOtp'))
    .description('verify a code')
    .requiredOption('--send-otp-request-id <id>', 'request id of the sendOtp')
    .requiredOption('--otp <code>', 'the code that the user typed')
    .addHelpText(
      'after',
      `
Example:
  $ gsp-otp call verifyOtp --send-otp-request-id ID --otp 123456
`,
    )
    .action(async (options: VerifyOtpOptions) => {
      const { sendOtpRequestId, otp } = options;
      await call('verifyOtp', { requestHeader: headerOf(options), sendOtpRequestId, otp }, options);
    });
}

function echoCommand(): Command {
  return withCallOptions(new Command('echo'))
    .description('request that a message is returned')
    .option('--client-message <text>', 'the message', 'hello')
    .addHelpText(
      'after',
      `
Example:
  $ gsp-otp call echo --url https://otp.example.com/v1 --client-message hello
`,
    )
    .action(async (options: EchoOptions) => {
      const { clientMessage } = options;
      await call('echo', { requestHeader: headerOf(options), clientMessage }, options);
    });
}

function withCallOptions(command: Command): Command {
  return withConfigOptions(withSealOptions(command))
    .option('--url <url>', 'base URL; the method name is appended (default: the server that is configured)')
    .option('--request-id <id>', 'idempotency key (default: random)')
    .option('--request-timestamp <ms>', 'milliseconds since 1970 (default: now)')
    .addOption(
      new Option('--protocol-version <version>', 'major.minor.revision')
        .default({ major: 1, minor: 0, revision: 0 }, '1.0.0')
        .argParser(parseVersion),
    )
    .addOption(new Option('--timeout-ms <ms>', 'give up after so long').default(7000).argParser(parseTimeout))
    .option('--verbose', 'show content types as well')
    .option('--json', 'print request and response as one JSON object');
}

function headerOf({ requestId, requestTimestamp, protocolVersion }: CallOptions): RequestHeader {
  const header = makeHeader();
  return {
    protocolVersion,
    requestId: requestId ?? header.requestId,
    requestTimestamp: requestTimestamp ?? header.requestTimestamp,
  };
}

async function call(method: string, body: unknown, options: CallOptions): Promise<void> {
  const { url: baseUrl = ownMethodsUrl(configSources(options)), timeoutMs } = options;
  const codec = await codecOf(options);
  const played = await orStopped(
    () => playCall(method, body, { baseUrl, codec, timeoutMs }),
    'stopped, no answer came before',
    'The server may have processed the request.',
  );
  process.stdout.write(options.json ? asJson(played) : asText(played, codec, options.verbose));
  process.exitCode = played.status === 200 ? exitCodes.done : exitCodes.failed;
}

function asJson({ url, request, status, contentType, durationMs, response }: PlayedCall): string {
  const answer = { status, contentType, durationMs: Math.round(durationMs), body: response };
  return `${JSON.stringify({ request: { url, body: request }, response: answer }, null, 2)}\n`;
}

function asText(played: PlayedCall, { contentType }: Codec, verbose = false): string {
  const { response } = played;
  // What is no JSON is set in, so that no line of it looks like one of ours.
  const body =
    typeof response === 'string'
      ? response
          .split('\n')
          .map((line) => `  ${shown(line)}`)
          .join('\n')
      : JSON.stringify(response, null, 2);
  return [
    `→ POST ${shown(played.url)}`,
    ...(verbose ? [`  content-type: ${contentType}`] : []),
    JSON.stringify(played.request, null, 2),
    '',
    `← ${played.status} after ${Math.round(played.durationMs)} ms`,
    ...(verbose ? [`  content-type: ${shown(played.contentType || 'none')}`] : []),
    response === '' ? '(no body)' : body,
    '',
  ].join('\n');
}

function parseVersion(text: string): ProtocolVersion {
  const [, major, minor, revision] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
  if (major === undefined) throw new InvalidArgumentError('Write it as major.minor.revision, such as 1.0.0.');
  return { major: Number(major), minor: Number(minor), revision: Number(revision) };
}

function parseTimeout(text: string): number {
  const ms = Number(text);
  if (!Number.isInteger(ms) || ms < 1 || ms > 600_000) {
    throw new InvalidArgumentError('Write milliseconds from 1 to 600000.');
  }
  return ms;
}
