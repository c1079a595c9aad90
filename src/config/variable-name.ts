/** `http.bodyBytesMax` is `GSP_OTP_HTTP_BODY_BYTES_MAX`. */
export function variableName(path: string): string {
  return `GSP_OTP_${path
    .replaceAll('.', '_')
    .replaceAll(/(?<=[a-z0-9])[A-Z]/g, '_$&')
    .toUpperCase()}`;
}
