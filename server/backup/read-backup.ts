// A file back into its parts. Whatever is cut off, damaged or of another kind ends in a refusal.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { BackupRefused, End, formatVersion, Header, Identities, rowsEnd, TableEnd } from './format.ts'

/** What is in a file, without its rows. */
export type Manifest = {
  header: Header
  tables: TableEnd[]
  identities: Identities['identities']
  sha256: string
}

/** Takes the rows of a table, to the last one. */
export type TakeRows = (table: Header['tables'][number], rows: AsyncIterable<Buffer>) => Promise<void>

/**
 * Reads the whole file once, and compares its checksum. @param begin is given the header before any row
 * @throws BackupRefused
 */
export async function readBackup(
  file: string,
  { begin, takeRows }: { begin?: (header: Header) => Promise<void>; takeRows: TakeRows },
): Promise<Manifest> {
  const text = openText(file)
  try {
    const header = asserted(Header, await text.words())
    if (header.version > formatVersion)
      throw new BackupRefused(
        'This backup was written by a newer version of Curtain Pact: restore it with that one.',
      )
    await begin?.(header)
    const tables: TableEnd[] = []
    for (const table of header.tables) {
      await text.statement(table.name)
      await takeRows(table, text.rows())
      const end = asserted(TableEnd, await text.words())
      if (end.table !== table.name) throw damaged()
      tables.push(end)
    }
    const { identities } = asserted(Identities, await text.words())
    const sha256 = text.checksum()
    if (asserted(End, await text.words()).sha256 !== sha256) throw damaged()
    await text.nothingMore()
    return { header, tables, identities, sha256 }
  } catch (error) {
    throw worded(error, file)
  } finally {
    text.close()
  }
}

/** Nothing is done with the rows: only whether the file is whole. */
export const checkBackup = (file: string): Promise<Manifest> =>
  readBackup(file, {
    async takeRows(_, rows) {
      for await (const piece of rows) void piece
    },
  })

const damaged = () => new BackupRefused('')

function asserted<T extends TSchema>(schema: T, words: unknown): Static<T> {
  if (!Value.Check(schema, words)) throw damaged()
  return words
}

function worded(error: unknown, file: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new BackupRefused(`There is no ${file}.`)
  const isDamaged = code.startsWith('Z_') || (error instanceof BackupRefused && message === '')
  if (!isDamaged) return error
  return new BackupRefused(`${file} is no whole backup: it was cut off, or damaged. Nothing was changed.`)
}

/** One of our own lines is never longer; what has no end of line at all would else be read into memory. */
const lineBytesMax = 4 * 1024 * 1024

/** Lines and rows of a file, in the order in which they are asked for. */
function openText(file: string) {
  const source = createReadStream(file)
  const unzipped = createGunzip()
  source.on('error', (error) => unzipped.destroy(error))
  const pieces: AsyncIterator<Buffer> = source.pipe(unzipped)[Symbol.asyncIterator]()
  const hash = createHash('sha256')
  let rest = Buffer.alloc(0)

  async function more(): Promise<boolean> {
    const { done, value } = await pieces.next()
    if (done) return false
    rest = Buffer.concat([rest, value])
    return true
  }

  /** The first bytes of what is left, which then count as read. */
  function taken(bytes: number): Buffer {
    const part = rest.subarray(0, bytes)
    rest = rest.subarray(bytes)
    hash.update(part)
    return part
  }

  async function nextLine(): Promise<string> {
    for (let from = 0; ;) {
      const end = rest.indexOf('\n', from)
      if (end >= 0) return taken(end + 1).toString('utf8', 0, end)
      from = rest.length
      if (from > lineBytesMax || !(await more())) throw damaged()
    }
  }

  return {
    async words(): Promise<unknown> {
      const found = await nextLine()
      if (!found.startsWith('-- {')) throw damaged()
      try {
        return JSON.parse(found.slice(3))
      } catch {
        throw damaged()
      }
    },
    async statement(table: string): Promise<void> {
      if (!(await nextLine()).startsWith(`copy public."${table}" (`)) throw damaged()
    },
    /** Whole lines, as many as there are at hand, up to the end of the table. */
    async *rows(): AsyncGenerator<Buffer> {
      for (;;) {
        const end = endOfRows(rest)
        if (end >= 0) {
          if (end > 0) yield taken(end)
          taken(rowsEnd.length)
          return
        }
        const whole = rest.lastIndexOf('\n') + 1
        if (whole > 0) yield taken(whole)
        if (!(await more())) throw damaged()
      }
    },
    checksum: () => hash.copy().digest('hex'),
    async nothingMore(): Promise<void> {
      if (rest.length > 0 || (await more())) throw damaged()
    },
    close: () => void source.destroy(),
  }
}

/** Where the line begins that ends the rows; -1 where there is none. */
function endOfRows(text: Buffer): number {
  if (text.subarray(0, rowsEnd.length).toString() === rowsEnd) return 0
  const found = text.indexOf(`\n${rowsEnd}`)
  return found < 0 ? -1 : found + 1
}
