import type { OtpStore } from '../../../../src/ports/otp-store.ts';

/** Where a step can go wrong: what it is asked (all that it is given but `decide`), what it tells `decide`, what it writes of its decision, and what it answers. */
export type Side = 'order' | 'facts' | 'decision' | 'answer';

/** Sees whatever passes a store, and says what passes instead. */
export type Tamper = (method: keyof OtpStore, side: Side, value: unknown) => unknown;

/** Methods that pass nothing. */
const WHOLE = ['check', 'close'];

/**
 * An engine that `tamper` breaks. What it writes may differ from what was decided; it answers with what was decided, unless
 * that is what is tampered with.
 */
export function brokenStore(store: OtpStore, tamper: Tamper): OtpStore {
  return new Proxy(store, {
    get(target, name) {
      const run: unknown = Reflect.get(target, name, target);
      if (typeof run !== 'function') return run;
      const method = name as keyof OtpStore;
      if (WHOLE.includes(method)) return run.bind(target);
      return async (...terms: readonly unknown[]) => {
        let decided: { readonly as: unknown; readonly written: unknown } | undefined;
        const asked = tamper(
          method,
          'order',
          terms.filter((term) => typeof term !== 'function'),
        ) as readonly unknown[];
        const tampered = terms.map((term, at) => {
          if (typeof term !== 'function') return asked[at];
          return (facts: unknown) => {
            const as: unknown = term(tamper(method, 'facts', facts));
            decided = { as, written: tamper(method, 'decision', as) };
            return decided.written;
          };
        });
        const answer: unknown = await run.apply(target, tampered);
        return tamper(method, 'answer', answer === decided?.written ? decided?.as : answer);
      };
    },
  });
}
