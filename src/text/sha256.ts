/** The round constants of FIPS 180-4, section 4.2.2: the first 32 bits of the cube roots' fractions of 64 primes. */
const ROUND = Int32Array.from(firstPrimes(64), (prime) => fraction(Math.cbrt(prime)));

/** The initial hash of section 5.3.3: the same of the square roots of eight primes. */
const INITIAL = Int32Array.from(firstPrimes(8), (prime) => fraction(Math.sqrt(prime)));

const BLOCK = 64;
const LENGTH_FIELD = 8;
const encoder = new TextEncoder();
const schedule = new Int32Array(64);
const state = new Int32Array(8);
let buffer = new Uint8Array(4_096);

/**
 * SHA-256 of a text's UTF-8 bytes (https://doi.org/10.6028/NIST.FIPS.180-4), in 64 hex digits.
 *
 * It is written here because `crypto.subtle` is asynchronous, and loading `node:crypto` takes as long as hashing two
 * megabytes.
 */
export function sha256(text: string): string {
  const most = text.length * 3 + BLOCK + LENGTH_FIELD + 1;
  if (buffer.length < most) buffer = new Uint8Array(most * 2);
  const { written: length } = encoder.encodeInto(text, buffer);
  const end = pad(length);
  state.set(INITIAL);
  for (let at = 0; at < end; at += BLOCK) compress(buffer, at);
  let hex = "";
  for (const word of state) hex += (word >>> 0).toString(16).padStart(8, "0");
  return hex;
}

/** Section 5.1.1: a one bit, zeros, and the length in bits. Returns where the last block ends. */
function pad(length: number): number {
  const end = Math.ceil((length + 1 + LENGTH_FIELD) / BLOCK) * BLOCK;
  buffer.fill(0, length, end);
  buffer[length] = 0x80;
  const view = new DataView(buffer.buffer);
  view.setUint32(end - 8, Math.floor(length / 0x2000_0000));
  view.setUint32(end - 4, length << 3);
  return end;
}

/** Section 6.2.2: takes one block of 64 bytes into the state. */
function compress(bytes: Uint8Array, start: number): void {
  for (let t = 0, at = start; t < 16; t++, at += 4) {
    schedule[t] = bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!;
  }
  for (let t = 16; t < 64; t++) {
    const x = schedule[t - 15]!;
    const y = schedule[t - 2]!;
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
    schedule[t] = schedule[t - 16]! + s0 + schedule[t - 7]! + s1 | 0;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
    const t1 = h + s1 + (e & f ^ ~e & g) + ROUND[t]! + schedule[t]! | 0;
    const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
    const t2 = s0 + (a & b ^ a & c ^ b & c) | 0;
    h = g, g = f, f = e, e = d + t1 | 0;
    d = c, c = b, b = a, a = t1 + t2 | 0;
  }
  state[0]! += a, state[1]! += b, state[2]! += c, state[3]! += d;
  state[4]! += e, state[5]! += f, state[6]! += g, state[7]! += h;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  return primes;
}

function fraction(root: number): number {
  return (root - Math.floor(root)) * 2 ** 32 | 0;
}

/** The hex digits of bytes. `Uint8Array.prototype.toHex` exists since Node 25. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
