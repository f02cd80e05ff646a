/** What a value in a statement may be. Objects for jsonb go through `json`, instants through `at`. */
export type SqlValue = string | number | boolean | null | Date | Uint8Array | readonly SqlValue[]

/**
 * A statement or a piece of one. Made by `sql` only: the class is not exported, so neither a string nor an
 * object which came from outside can pass for one.
 */
export type Sql = Fragment

class Fragment {
  readonly strings: readonly string[]
  readonly values: readonly (SqlValue | Fragment)[]

  constructor(strings: readonly string[], values: readonly (SqlValue | Fragment)[]) {
    this.strings = strings
    this.values = values
  }
}

/** SQL whose values become parameters, always; another `sql` fragment is put in place, with its parameters. */
export function sql(strings: TemplateStringsArray, ...values: readonly (SqlValue | Sql)[]): Sql {
  const missing = values.findIndex((value) => value === undefined)
  if (missing >= 0)
    throw new TypeError(`a value of the statement is undefined, after "${strings[missing]?.trim()}"`)
  return new Fragment(strings, values)
}

/** Fragments one after the other with `separator` between them, as in a list of conditions. */
export function joined(fragments: readonly Sql[], separator: Sql): Sql {
  const pieces = fragments.flatMap((fragment, index) => (index === 0 ? [fragment] : [separator, fragment]))
  return new Fragment(
    Array.from({ length: pieces.length + 1 }, () => ''),
    pieces,
  )
}

/** The text with $1, $2 … and the parameters in their order. */
export function compiled(statement: Sql): { text: string; values: SqlValue[] } {
  const values: SqlValue[] = []
  return { text: write(statement, values), values }
}

function write(fragment: Fragment, values: SqlValue[]): string {
  return fragment.strings.reduce((text, string, index) => {
    const value = fragment.values[index - 1]
    if (value instanceof Fragment) return text + write(value, values) + string
    values.push(value as SqlValue)
    return `${text}$${values.length}${string}`
  })
}

/** The parameter for a timestamptz. @param ms epoch milliseconds, as all time in TypeScript */
export function at(ms: number): Date {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) throw new TypeError(`not an instant in epoch milliseconds: ${ms}`)
  return date
}

/** The parameter for a jsonb. Needed because pg would send an array as a PostgreSQL array. */
export function json(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) throw new TypeError('undefined has no JSON')
  return text
}
