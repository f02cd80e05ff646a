import { DatabaseError, Pool, type QueryArrayConfig, type QueryArrayResult, type ClientConfig } from 'pg'
import type { Static, TSchema } from 'typebox'
import { preparedName } from './prepared.ts'
import { checkedRows, type Answer } from './rows.ts'
import { compiled, type Sql } from './sql.ts'
import { transactionOn, type Tx } from './transaction.ts'
import { valueTypes } from './values.ts'

export type { Tx } from './transaction.ts'

/** Questions to the database. Every row is checked against the schema that gives its type. */
export type Db = {
  many: <T extends TSchema>(row: T, statement: Sql) => Promise<Static<T>[]>
  /** At most one row; two are an error. */
  maybeOne: <T extends TSchema>(row: T, statement: Sql) => Promise<Static<T> | undefined>
  /** Exactly one row; none or two are an error. */
  one: <T extends TSchema>(row: T, statement: Sql) => Promise<Static<T>>
  /** Gives the number of rows written. */
  run: (statement: Sql) => Promise<number>
}

export type Database = Db & {
  /** Commits what `work` wrote, or nothing. `work` may run again after a deadlock: no effects but on `tx`. */
  transaction: <R>(work: (tx: Tx) => Promise<R>) => Promise<R>
  close: () => Promise<void>
  pool: Pool
}

/** What pg's clients and pools have in common: one statement, one answer. */
export type Asking = { query(config: QueryArrayConfig): Promise<QueryArrayResult> }

/** A pool that gives no connection for this long (ms) is a fault to report, not a queue to grow. */
export const connectMsMax = 10_000

/** Bounds of a connection, in ms. */
const limits = {
  // every statement of a server is set-based and small; longer means a missing index or a lock held by a human
  statementMsMax: 30_000,
  // a PostgreSQL that is frozen, or behind a dead switch, ends no statement: then the connection is given up
  answerMsMax: 35_000,
  // a transaction that waits for its own process holds locks that everybody else waits for: a server that is frozen in
  // the middle of one must have let go by the time it counts as dead, or nobody takes over
  idleInTransactionMsMax: 5000,
}

export type DatabaseOptions = { url: string; poolSize: number; applicationName: string }

/** Opens a pool; the first connection is made with the first statement. */
export function openDatabase({ url, poolSize, applicationName }: DatabaseOptions): Database {
  const pool = new Pool({
    ...connection(url, applicationName),
    max: poolSize,
    // statements that do not need each other's answer (Promise.all in a transaction) leave together: each way to the
    // database and back is 0.3 ms of a hazard's
    pipeline: true,
    connectionTimeoutMillis: connectMsMax,
    statement_timeout: limits.statementMsMax,
    query_timeout: limits.answerMsMax,
    idle_in_transaction_session_timeout: limits.idleInTransactionMsMax,
  })
  // An idle connection that breaks leaves the pool by itself; without a listener it would end the process.
  // Whoever asks next gets a new connection, or the error.
  pool.on('error', () => {})
  return {
    ...dbOn(pool),
    transaction: (work) => transactionOn(pool, work),
    close: () => pool.end(),
    pool,
  }
}

/**
 * Nothing depends on the zone of the server; and a COMMIT that is answered is on the disk, also where an operator
 * made haste the rule for all (`synchronous_commit = off`): what it answers, devices forget.
 */
const sessionSettings = '-c TimeZone=UTC -c DateStyle=ISO -c synchronous_commit=on'

/** How every connection of ours is made: type parsers and settings. */
export function connection(url: string, applicationName: string): ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    options: sessionSettings,
    types: valueTypes,
    keepAlive: true,
  }
}

/** The questions of `Db`, asked over one pool or one client. */
export function dbOn(asking: Asking): Db {
  async function many<T extends TSchema>(row: T, statement: Sql): Promise<Static<T>[]> {
    const answer: Answer = await ask(asking, statement)
    return checkedRows(row, answer)
  }
  async function maybeOne<T extends TSchema>(row: T, statement: Sql): Promise<Static<T> | undefined> {
    const rows = await many(row, statement)
    if (rows.length > 1) throw new RangeError(`one row expected, ${rows.length} found`)
    return rows[0]
  }
  async function one<T extends TSchema>(row: T, statement: Sql): Promise<Static<T>> {
    const found = await maybeOne(row, statement)
    if (found === undefined) throw new RangeError('one row expected, none found')
    return found
  }
  async function run(statement: Sql): Promise<number> {
    const answer = await ask(asking, statement)
    return answer.rowCount ?? 0
  }
  return { many, maybeOne, one, run }
}

async function ask(asking: Asking, statement: Sql): Promise<QueryArrayResult> {
  const { text, values } = compiled(statement)
  try {
    const name = preparedName(text, values)
    return await asking.query({ ...(name === undefined ? {} : { name }), text, values, rowMode: 'array' })
  } catch (error) {
    // "Key (full_name)=(…) already exists": whoever logs the error would log a person
    if (error instanceof DatabaseError) error.detail = undefined
    throw error
  }
}
