/** Numbers without a ceiling. */
export const ORDINARY_NUMBERS = 1000;
/** Numbers of a country that has one. */
export const US_NUMBERS = 100;

export function ordinaryNumber(n: number): string {
  return `+919900${String(n).padStart(6, '0')}`;
}

export function usNumber(n: number): string {
  return `+1202555${String(n + 100).padStart(4, '0')}`;
}

/** An account for each, as a file to import. */
export function accountsCsv(): string {
  const numbers = [
    ...Array.from({ length: ORDINARY_NUMBERS }, (_, n) => ordinaryNumber(n)),
    ...Array.from({ length: US_NUMBERS }, (_, n) => usNumber(n)),
  ];
  const lines = numbers.map((number, n) => `account-${n},${number},active,en`);
  return ['accountId,phoneNumber,status,language', ...lines].join('\n');
}
