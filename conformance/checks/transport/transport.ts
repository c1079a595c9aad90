import type { Check } from '../check.ts';
import { httpChecks } from './http.ts';
import { tlsChecks } from './tls.ts';

/** TLS and its certificate, verbs, paths and media types, bodies that are too long or too slow. */
export const transportChecks: readonly Check[] = [...tlsChecks, ...httpChecks];
