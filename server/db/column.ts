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

/** One member of each row as a column, or the values themselves. */
type Column<T> = {
  (values: readonly T[]): Buffer
  <R>(rows: readonly R[], of: (row: R) => T): Buffer
}

const column =
  <T>(write: (rows: readonly unknown[], of: (row: unknown) => T) => Buffer): Column<T> =>
  (rows: readonly unknown[], of?: (row: never) => T): Buffer =>
    write(rows, (of ?? itself) as (row: unknown) => T)

const itself = (value: unknown): unknown => value

export const bigints = column<number | null>((rows, of) => fixed(rows, of, int8))
export const ints = column<number>((rows, of) => fixed(rows, of, int4))
export const doubles = column<number | null>((rows, of) => fixed(rows, of, float8))
export const booleans = column<boolean | null>((rows, of) => fixed(rows, of, bool))
/** Instants, epoch ms; PostgreSQL counts microseconds since 2000. */
export const instants = column<number | null>((rows, of) => fixed(rows, of, timestamptz))

export const texts = column<string | null>((rows, of) => {
  if (rows.length === 0) return none(oids.text)
  // A UTF-16 unit takes at most three bytes of UTF-8.
  const charsMax = rows.reduce<number>((sum, row) => sum + (of(row)?.length ?? 0), 0)
  const bytes = Buffer.allocUnsafe(headBytes + rows.length * 4 + charsMax * 3)
  let at = writeHead(bytes, oids.text, rows.length)
  for (const row of rows) {
    const value = of(row)
    if (value === null) hasNull(bytes)
    const length = value === null ? nullLength : bytes.write(value, at + 4)
    bytes.writeInt32BE(length, at)
    at += 4 + Math.max(0, length)
  }
  return bytes.subarray(0, at)
})

export const byteas = column<Buffer | null>((rows, of) => varying(oids.bytea, rows.map(of)))

/** Values for jsonb, each as JSON.stringify writes it. */
export const jsons = column<unknown>((rows, of) =>
  varying(
    oids.jsonb,
    // the 1 is the version of this form
    rows.map((row) => Buffer.from(`\u0001${JSON.stringify(of(row))}`)),
  ),
)

const epochOf2000Ms = 946_684_800_000
const twoTo32 = 2 ** 32

/** How values of one size are written. */
type Form<T> = { oid: number; size: number; write: (bytes: Buffer, at: number, value: T) => void }

const int8: Form<number> = { oid: oids.int8, size: 8, write: writeInt8 }
const int4: Form<number> = {
  oid: oids.int4,
  size: 4,
  write: (bytes, at, value) => void bytes.writeInt32BE(value, at),
}
const float8: Form<number> = {
  oid: oids.float8,
  size: 8,
  write: (bytes, at, value) => void bytes.writeDoubleBE(value, at),
}
const bool: Form<boolean> = {
  oid: oids.bool,
  size: 1,
  write: (bytes, at, value) => void (bytes[at] = value ? 1 : 0),
}
const timestamptz: Form<number> = { oid: oids.timestamptz, size: 8, write: writeInstant }

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
function writeHead(bytes: Buffer, oid: number, count: number): number {
  bytes.writeInt32BE(1, 0)
  bytes.writeInt32BE(0, 4)
  bytes.writeInt32BE(oid, 8)
  bytes.writeInt32BE(count, 12)
  bytes.writeInt32BE(1, 16)
  return headBytes
}

const hasNull = (bytes: Buffer): number => bytes.writeInt32BE(1, 4)

const headBytes = 20
const nullLength = -1

function none(oid: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeInt32BE(oid, 8)
  return bytes
}

function fixed<T>(rows: readonly unknown[], of: (row: unknown) => T | null, form: Form<T>): Buffer {
  const { oid, size, write } = form
  if (rows.length === 0) return none(oid)
  const bytes = Buffer.allocUnsafe(headBytes + rows.length * (size + 4))
  let at = writeHead(bytes, oid, rows.length)
  for (const row of rows) {
    const value = of(row)
    bytes.writeInt32BE(value === null ? nullLength : size, at)
    at += 4
    if (value === null) {
      hasNull(bytes)
      continue
    }
    write(bytes, at, value)
    at += size
  }
  return at === bytes.length ? bytes : bytes.subarray(0, at)
}

function varying(oid: number, values: readonly (Buffer | null)[]): Buffer {
  if (values.length === 0) return none(oid)
  const bodyBytes = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 0)
  const bytes = Buffer.allocUnsafe(headBytes + bodyBytes)
  let at = writeHead(bytes, oid, values.length)
  for (const value of values) {
    if (value === null) hasNull(bytes)
    bytes.writeInt32BE(value === null ? nullLength : value.length, at)
    at += 4
    if (value !== null) at += value.copy(bytes, at)
  }
  return bytes
}
