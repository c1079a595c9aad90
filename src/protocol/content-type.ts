/** `type/subtype`, both of the characters that RFC 9110 allows in a token. */
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/;

/**
 * The media type of a `Content-Type` header, in lower case and without parameters: how they are written, and whether
 * `charset` is among them, makes no difference. [HTTP-7] `undefined`: there is no header, or it is not one media type.
 */
export function mediaTypeOf(contentType: string | undefined): string | undefined {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return mediaType !== undefined && MEDIA_TYPE.test(mediaType) ? mediaType : undefined;
}
