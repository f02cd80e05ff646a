// Columns for unnest(), in PostgreSQL's own binary form: written without a text of every value, and read without
// parsing one. Half of what a batch cost on both sides was text (docs/performance.md).

const oids = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int4: 23,
  text: 25,
  float8: 701,
  timestamptz: 1184,
  jsonb: 3802,
}

export const bigints = (values: readonly (number | null)[]): Buffer => fixed(oids.int8, 8, values, writeInt8)

export const ints = (values: readonly number[]): Buffer =>
  fixed(oids.int4, 4, values, (bytes, at, value) => void bytes.writeInt32BE(value, at))

export const doubles = (values: readonly (number | null)[]): Buffer =>
  fixed(oids.float8, 8, values, (bytes, at, value) => void bytes.writeDoubleBE(value, at))

export const booleans = (values: readonly (boolean | null)[]): Buffer =>
  fixed(oids.bool, 1, values, (bytes, at, value) => void (bytes[at] = value ? 1 : 0))

/** Instants, epoch ms; PostgreSQL counts microseconds since 2000. */
export const instants = (values: readonly (number | null)[]): Buffer =>
  fixed(oids.timestamptz, 8, values, writeInstant)

export function texts(values: readonly (string | null)[]): Buffer {
  if (values.length === 0) return none(oids.text)
  // A UTF-16 unit takes at most three bytes of UTF-8.
  const charsMax = values.reduce((sum, value) => sum + (value?.length ?? 0), 0)
  const bytes = Buffer.allocUnsafe(headBytes + values.length * 4 + charsMax * 3)
  let at = writeHead(bytes, { oid: oids.text, count: values.length, hasNull: values.includes(null) })
  for (const value of values) {
    const length = value === null ? nullLength : bytes.write(value, at + 4)
    bytes.writeInt32BE(length, at)
    at += 4 + Math.max(0, length)
  }
  return bytes.subarray(0, at)
}

export const byteas = (values: readonly (Buffer | null)[]): Buffer => varying(oids.bytea, values)

/** Values for jsonb, each as JSON.stringify writes it. */
export const jsons = (values: readonly unknown[]): Buffer =>
  varying(
    oids.jsonb,
    // the 1 is the version of this form
    values.map((value) => Buffer.from(`\u0001${JSON.stringify(value)}`)),
  )

const epochOf2000Ms = 946_684_800_000
const twoTo32 = 2 ** 32

function writeInt8(bytes: Buffer, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) throw new TypeError(`not a whole number for a bigint: ${value}`)
  const high = Math.floor(value / twoTo32)
  bytes.writeInt32BE(high, at)
  bytes.writeUInt32BE(value - high * twoTo32, at + 4)
}

function writeInstant(bytes: Buffer, at: number, ms: number): void {
  if (!Number.isFinite(ms)) throw new TypeError(`not an instant in epoch milliseconds: ${ms}`)
  const microseconds = (Math.trunc(ms) - epochOf2000Ms) * 1000
  if (Number.isSafeInteger(microseconds)) return writeInt8(bytes, at, microseconds)
  bytes.writeBigInt64BE(BigInt(Math.trunc(ms) - epochOf2000Ms) * 1000n, at)
}

/** The head of an array: one dimension from 1, and what its elements are (array_recv in PostgreSQL). */
function writeHead(bytes: Buffer, head: { oid: number; count: number; hasNull: boolean }): number {
  bytes.writeInt32BE(1, 0)
  bytes.writeInt32BE(head.hasNull ? 1 : 0, 4)
  bytes.writeInt32BE(head.oid, 8)
  bytes.writeInt32BE(head.count, 12)
  bytes.writeInt32BE(1, 16)
  return headBytes
}

const headBytes = 20
const nullLength = -1

function none(oid: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeInt32BE(oid, 8)
  return bytes
}

function fixed<T>(
  oid: number,
  size: number,
  values: readonly (T | null)[],
  write: (bytes: Buffer, at: number, value: T) => void,
): Buffer {
  if (values.length === 0) return none(oid)
  const bytes = Buffer.allocUnsafe(headBytes + values.length * (size + 4))
  let at = writeHead(bytes, { oid, count: values.length, hasNull: values.includes(null) })
  for (const value of values) {
    bytes.writeInt32BE(value === null ? nullLength : size, at)
    at += 4
    if (value === null) continue
    write(bytes, at, value)
    at += size
  }
  return at === bytes.length ? bytes : bytes.subarray(0, at)
}

function varying(oid: number, values: readonly (Buffer | null)[]): Buffer {
  if (values.length === 0) return none(oid)
  const bodyBytes = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 0)
  const bytes = Buffer.allocUnsafe(headBytes + bodyBytes)
  let at = writeHead(bytes, { oid, count: values.length, hasNull: values.includes(null) })
  for (const value of values) {
    bytes.writeInt32BE(value === null ? nullLength : value.length, at)
    at += 4
    if (value !== null) at += value.copy(bytes, at)
  }
  return bytes
}
