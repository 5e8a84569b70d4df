import { ServerFault } from "../connection.ts";

/** How to reach a server. */
export interface ServerOptions {
  /** `https://host`, with a path if that names the database, without a slash at its end. */
  readonly url: string;
  /** The database for messages: the URL without secrets. */
  readonly name: string;
  /** Sent as a bearer token, and never shown. */
  readonly token?: string | undefined;
  /** The maximum time for an answer, in milliseconds. */
  readonly answerTimeoutMs?: number;
  /** The maximum size of an answer. */
  readonly answerBytes?: number;
}

/** One statement may run for minutes. */
const ANSWER_TIMEOUT_MS = 600_000;
/** Larger answers are refused, because a hostile server could fill the memory. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** A longer message of a server is cut. */
export const LONGEST_WORDS = 500;

/**
 * Sends a request and reads the whole answer.
 * @param body Sent by POST as JSON. Without it, the request is a GET.
 * @throws {ServerFault} There is no answer, or it is too large.
 */
export async function askServer(
  options: ServerOptions,
  path: string,
  body: unknown,
): Promise<{ readonly status: number; readonly text: string }> {
  const { url, name, token, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options;
  try {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A redirect could carry the token to another host.
      redirect: "manual",
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    return { status: response.status, text: await readBody(response, options) };
  } catch (cause) {
    if (cause instanceof ServerFault) throw cause;
    const reason = withoutToken(reasonOf(cause), options);
    throw new ServerFault(`the server does not answer: ${reason}`, { database: name, cause });
  }
}

async function readBody(
  response: Response,
  { name, answerBytes = MAX_ANSWER_BYTES }: ServerOptions,
): Promise<string> {
  const parts: BlobPart[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > answerBytes) {
      throw new ServerFault("the server's answer is too large", { database: name });
    }
    parts.push(part);
  }
  return await new Blob(parts).text();
}

/** The JSON object of an answer; undefined if the text is anything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null
      ? answer as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The message for an answer with another status than 200.
 * @param words The server's own message.
 */
export function describeStatus(status: number, words: string, options: ServerOptions): string {
  const said = words === "" ? "" : `: ${withoutToken(words.slice(0, LONGEST_WORDS), options)}`;
  if (status === 401 || status === 403) return `the server does not accept the token${said}`;
  if (status >= 300 && status < 400) {
    return "the server redirects to another address, which is not followed";
  }
  return `the server answers with HTTP status ${status}${said}`;
}

/** A server's message without the token, which it could repeat. */
export function withoutToken(words: string, { token }: ServerOptions): string {
  return token === undefined || token === "" ? words : words.replaceAll(token, "***");
}

/** The innermost reason, such as a refused connection or an invalid certificate. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
