/** Names of query parameters whose values are secrets, as libSQL, Turso and others spell them. */
const SECRET_PARAMETER =
  /([?&;](?:[\w.-]*(?:token|key|secret|password|passwd|pwd|auth|jwt|signature|sig)[\w.-]*)=)[^&;#\s"'<>]*/gi;

/** The part of a URL before the host: `user:password@`. The password may hold "@" and "/". */
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)(?!\/)([^\s"'<>?#]*)@/gi;

const BEARER = /\b(bearer\s+)[\w.~+/=-]+/gi;

/** A JSON Web Token wherever it stands: three base64url parts, the first an encoded `{"`. */
const WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/**
 * Removes secrets from a text that may contain URLs: user and password, tokens in the query, bearer tokens.
 *
 * For every text that is printed, logged or stored and that could hold a database's URL. Hides too
 * much rather than too little; a text without any of these comes back unchanged.
 */
export function redact(text: string): string {
  return text
    .replace(USER_INFO, "$1***@")
    .replace(SECRET_PARAMETER, "$1***")
    .replace(BEARER, "$1***")
    .replace(WEB_TOKEN, "***");
}
