import { askOverHttp, type HttpAnswer, type HttpQuestion } from '../../operations/ask-over-http.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { Failure } from './failure.ts';

/** As `askOverHttp`, but throws `Failure` where nothing answers; `remedy` says what to do then. */
export async function askOrFail(url: string, question: HttpQuestion, remedy: string): Promise<HttpAnswer> {
  try {
    return await askOverHttp(url, question);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    throw new Failure(error.message, isOfUnknownAuthority(error.cause) ? AUTHORITY : remedy);
  }
}

const AUTHORITY =
  'No authority that is known here vouches for its certificate. Where it is a private one, name its file in the environment: NODE_EXTRA_CA_CERTS=ca.pem.';

function isOfUnknownAuthority(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code);
}
