import type { Answer } from '../../google/answer.ts';
import type { Trial } from '../trial.ts';
import { must, NotTested } from '../verdicts.ts';

/** Everything an answer shows, as one text. */
export function shown(answer: Answer): string {
  const body = Buffer.from(answer.payload ?? answer.http.body).toString('utf8');
  return `${JSON.stringify(answer.http.headers)}\n${body}`;
}

/** Throws with the first exchange of the run that doesn't suit. */
export function everyAnswer(
  trial: Trial,
  wrong: (answer: Answer, method: string) => string | undefined,
): void {
  const ordinary = trial.world.exchanges.filter((exchange) => exchange.ordinary);
  if (ordinary.length === 0) throw new NotTested('no answer to look at');
  for (const exchange of ordinary) {
    const told = exchange.answer === undefined ? undefined : wrong(exchange.answer, exchange.method);
    if (told === undefined) continue;
    trial.transcript.push(exchange);
    must(false, told);
  }
}
