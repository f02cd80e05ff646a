// The file: gzip of a text that is SQL, so that it can be read, and in need restored, without this program: our own
// words stand in comments, each row in a line of COPY.
import { Type, type Static } from 'typebox'

/** Raised when an older program could not read what is written now. */
export const formatVersion = 1

export const Header = Type.Object({
  format: Type.Literal('curtain-pact backup'),
  version: Type.Integer(),
  /** The instant of the snapshot, epoch ms. */
  takenAt: Type.Integer(),
  server: Type.String(),
  migrations: Type.Array(Type.Object({ name: Type.String(), sha256: Type.String() })),
  tables: Type.Array(Type.Object({ name: Type.String(), columns: Type.Array(Type.String()) })),
})
export type Header = Static<typeof Header>

/** After the rows of a table. The fingerprint does not depend on their order. */
export const TableEnd = Type.Object({
  table: Type.String(),
  rows: Type.Integer(),
  fingerprint: Type.String(),
})
export type TableEnd = Static<typeof TableEnd>

/** The highest number that each identity column has given away. */
export const Identities = Type.Object({
  identities: Type.Array(Type.Object({ table: Type.String(), column: Type.String(), last: Type.Integer() })),
})
export type Identities = Static<typeof Identities>

/** The last line: SHA-256 of every byte before it. */
export const End = Type.Object({ sha256: Type.String() })

export const line = (words: object): Buffer => Buffer.from(`-- ${JSON.stringify(words)}\n`)

/** What ends the rows of a table, on a line of its own. */
export const rowsEnd = '\\.\n'

/** A refusal that an operator can act on: one or two sentences. */
export class BackupRefused extends Error {
  override name = 'BackupRefused'
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const columnList = (columns: readonly string[]): string => columns.map(quoted).join(', ')
