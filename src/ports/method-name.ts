/** The methods that Google calls; each is the last part of its path, and has a row in the catalog of methods. [URL-1] */
export const METHOD_NAMES = ['sendOtp', 'verifyOtp', 'echo'] as const;

export type MethodName = (typeof METHOD_NAMES)[number];
