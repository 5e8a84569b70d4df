import type { SqlValue } from "./connection.ts";

/** One SQL function: its name and a body whose `length` is its number of arguments. */
export interface MathFunction {
  readonly name: string;
  readonly body: (...values: never[]) => SqlValue;
}

const LN2 = Math.LN2;
const LN10 = Math.LN10;

/**
 * SQLite's math functions (https://sqlite.org/lang_mathfunc.html), for a library compiled without
 * them. Like SQLite's, they return NULL for arguments that are not numbers or text of a number, and
 * if the result is not a number.
 *
 * They must not throw: node:sqlite runs for ever if a function throws while rows are read.
 */
export const MATH_FUNCTIONS: readonly MathFunction[] = [
  ...Object.entries({
    acos: Math.acos,
    acosh: Math.acosh,
    asin: Math.asin,
    asinh: Math.asinh,
    atan: Math.atan,
    atanh: Math.atanh,
    cos: Math.cos,
    cosh: Math.cosh,
    degrees: (x: number) => x * (180 / Math.PI),
    exp: Math.exp,
    radians: (x: number) => x * (Math.PI / 180),
    sin: Math.sin,
    sinh: Math.sinh,
    sqrt: Math.sqrt,
    tan: Math.tan,
    tanh: Math.tanh,
  }).map(([name, compute]) => ({ name, body: ofOne(compute) })),
  { name: "atan2", body: ofTwo(Math.atan2) },
  { name: "mod", body: ofTwo((x, y) => x % y) },
  { name: "pow", body: ofTwo(power) },
  { name: "power", body: ofTwo(power) },
  { name: "pi", body: () => Math.PI },
  { name: "ceil", body: rounding(Math.ceil) },
  { name: "ceiling", body: rounding(Math.ceil) },
  { name: "floor", body: rounding(Math.floor) },
  { name: "trunc", body: rounding(Math.trunc) },
  { name: "ln", body: logarithm(1) },
  { name: "log", body: logarithm(LN10) },
  { name: "log10", body: logarithm(LN10) },
  { name: "log2", body: logarithm(LN2) },
  { name: "log", body: logarithmToBase },
];

const NAMES: ReadonlySet<string> = new Set(MATH_FUNCTIONS.map((each) => each.name));

/** Whether SQLite's message complains that one of the math functions is missing. */
export function isMissingMathFunction(message: string): boolean {
  const name = /(?:no such|unknown) function: ([a-z0-9]+)/i.exec(message)?.[1];
  return name !== undefined && NAMES.has(name.toLowerCase());
}

/** C's pow: 1 to any power, and -1 to an infinite one, are 1. JavaScript returns NaN. */
function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y))) return 1;
  return x ** y;
}

function ofOne(compute: (x: number) => number): (value: SqlValue) => SqlValue {
  return (value) => {
    const x = toReal(value);
    return x === null ? null : toResult(compute(x));
  };
}

function ofTwo(
  compute: (x: number, y: number) => number,
): (first: SqlValue, second: SqlValue) => SqlValue {
  return (first, second) => {
    const x = toReal(first);
    const y = toReal(second);
    return x === null || y === null ? null : toResult(compute(x, y));
  };
}

/** A function that rounds; an integer of 64 bits stays as it is. */
function rounding(compute: (x: number) => number): (value: SqlValue) => SqlValue {
  return (value) => {
    const number = toNumeric(value);
    return typeof number === "number" ? toResult(compute(number)) : number;
  };
}

function logarithm(divisor: number): (value: SqlValue) => SqlValue {
  return (value) => {
    const x = toReal(value);
    if (x === null || x <= 0) return null;
    if (divisor === LN10) return toResult(Math.log10(x));
    if (divisor === LN2) return toResult(Math.log2(x));
    return toResult(Math.log(x));
  };
}

function logarithmToBase(base: SqlValue, value: SqlValue): SqlValue {
  const b = toReal(base);
  const x = toReal(value);
  if (b === null || x === null || b <= 0 || x <= 0) return null;
  const divisor = Math.log(b);
  return divisor <= 0 ? null : toResult(Math.log(x) / divisor);
}

function toResult(number: number): number | null {
  return Number.isNaN(number) ? null : number;
}

function toReal(value: SqlValue): number | null {
  const number = toNumeric(value);
  return number === null ? null : Number(number);
}

const NUMBER_TEXT = /^[ \t-\r]*([+-]?(?:\d+(\.\d*)?|(\.\d+))(e[+-]?\d+)?)[ \t-\r]*$/i;

/** A value with NUMERIC affinity (https://sqlite.org/datatype3.html); null if it is not a number. */
function toNumeric(value: SqlValue): bigint | number | null {
  if (typeof value === "bigint" || typeof value === "number") return value;
  if (typeof value !== "string") return null;
  const match = NUMBER_TEXT.exec(value);
  if (match === null) return null;
  const digits = match[1]!;
  const isInteger = match[2] === undefined && match[3] === undefined && match[4] === undefined;
  if (!isInteger) return Number(digits);
  const integer = BigInt(digits.startsWith("+") ? digits.slice(1) : digits);
  return BigInt.asIntN(64, integer) === integer ? integer : Number(digits);
}
