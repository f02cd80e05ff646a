import { DatabaseError } from 'pg'

/** Thrown by `accept` when nothing can be stored now: the message is not acknowledged and may be offered again. */
export class NotStored extends Error {
  override name = 'NotStored'
}

/**
 * What an error of a batch says about its messages. `data`: one of them cannot be stored, or not be judged; the
 * others can. `later`: nothing can be stored at the moment (connections, shutdown, disk, locks, the pool).
 */
export function troubleOf(error: unknown): 'data' | 'later' {
  if (error instanceof NotStored) return 'later'
  if (error instanceof DatabaseError)
    return dataClasses.has((error.code ?? '').slice(0, 2)) ? 'data' : 'later'
  if (isOfTheWire(error)) return 'later'
  return 'data'
}

/**
 * 22 data exception, 23 constraint, 21 cardinality, 42 a statement of ours that is wrong for this very message,
 * P0 raised in the database. All others (08, 53, 55, 57, 58, 40, 25, XX …) pass, or are an operator's to mend.
 */
const dataClasses = new Set(['21', '22', '23', '42', 'P0'])

function isOfTheWire(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('syscall' in error) return true
  return wireMessages.some((pattern) => pattern.test(error.message))
}

/** pg gives these without a code. */
const wireMessages = [
  /connection terminated/i,
  /connection ended/i,
  /timeout exceeded when trying to connect/i,
  /cannot use a pool after calling end/i,
  /client (was closed|has encountered)/i,
  /not queryable/i,
  /query read timeout/i,
]
