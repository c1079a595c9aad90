/**
 * Whether a variable of the environment is one that Kubernetes puts into every pod of a namespace for each Service there:
 * a Service that is called `gsp-otp` makes `GSP_OTP_SERVICE_HOST` and `GSP_OTP_PORT_8080_TCP`, and one called
 * `gsp-otp-http` makes `GSP_OTP_HTTP_PORT=tcp://10.0.0.7:8080`, which has the name of a setting and is none.
 * Source: kubernetes.io/docs/concepts/services-networking/service, "Environment variables".
 */
export function isServiceLink(variable: string, text: string | undefined): boolean {
  if (
    /_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/.test(variable)
  )
    return true;
  return variable.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(text ?? '');
}
