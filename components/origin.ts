/**
 * The origin of a host that AWS names without a scheme: https. On a loopback address, where the local stack puts what stands in for
 * it, http, which browsers trust there as much (W3C Secure Contexts, 3.1).
 *
 * @param host with its port unless that is the scheme's own.
 */
export const originOf = (host: string): string =>
  /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) ? `http://${host}` : `https://${host}`;
