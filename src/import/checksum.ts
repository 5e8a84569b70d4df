/** The hash functions by which other tools recognise their files. */
import { digest } from "../digest.ts";
import { host } from "../host/mod.ts";

/** SHA-256 of UTF-8 text, in hex. */
export function sha256Hex(text: string): string {
  return digest(text).slice("sha256:".length);
}

/** SHA-384 of UTF-8 text, in hex. */
export function sha384Hex(text: string): string {
  return host.sha384(text);
}

const MASK = (1n << 64n) - 1n;

/**
 * SipHash-1-3 with a zero key, as Rust's standard library hashes: https://www.aumasson.jp/siphash/siphash.pdf
 *
 * @returns The 64-bit hash as an unsigned decimal number.
 */
export function sipHash13(bytes: Uint8Array): string {
  let v0 = 0x736f6d6570736575n;
  let v1 = 0x646f72616e646f6dn;
  let v2 = 0x6c7967656e657261n;
  let v3 = 0x7465646279746573n;
  const round = () => {
    v0 = (v0 + v1) & MASK;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & MASK;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & MASK;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & MASK;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const compress = (word: bigint) => {
    v3 ^= word;
    round();
    v0 ^= word;
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - bytes.length % 8;
  for (let at = 0; at < whole; at += 8) compress(view.getBigUint64(at, true));
  let last = BigInt(bytes.length & 0xff) << 56n;
  for (let at = whole; at < bytes.length; at++) {
    last |= BigInt(bytes[at]!) << BigInt(8 * (at - whole));
  }
  compress(last);
  v2 ^= 0xffn;
  round();
  round();
  round();
  return String(v0 ^ v1 ^ v2 ^ v3);
}

function rotate(word: bigint, by: bigint): bigint {
  return ((word << by) | (word >> (64n - by))) & MASK;
}

let table: Uint32Array | undefined;

/** CRC-32 (IEEE 802.3) of the pieces, one after the other, as a signed 32-bit number. */
export function crc32(pieces: Iterable<Uint8Array>): number {
  table ??= crcTable();
  let crc = 0xffffffff;
  for (const piece of pieces) {
    for (const byte of piece) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc;
}

function crcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc;
  });
}
