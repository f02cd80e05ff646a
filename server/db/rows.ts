import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

/** What pg gives for a query in array mode: the columns once, then each row as a list. */
export type Answer = { fields: readonly { name: string }[]; rows: readonly (readonly unknown[])[] }

/**
 * Rows with camelCase names, each checked against the schema that gives their type. A row which does not fit
 * is an error that names the column; it never repeats the value, which may be somebody's name.
 */
export function checkedRows<T extends TSchema>(row: T, answer: Answer): Static<T>[] {
  const names = answer.fields.map((field) => camelCase(field.name))
  if (new Set(names).size < names.length)
    throw new TypeError(`two columns have one name: ${names.join(', ')}`)
  const validator = compiledFor(row)
  return answer.rows.map((values) => {
    const found: Record<string, unknown> = {}
    for (let index = 0; index < names.length; index += 1) found[names[index] ?? ''] = values[index]
    if (!validator.Check(found)) throw new TypeError(misfit(validator, found))
    return found as Static<T>
  })
}

const validators = new WeakMap<TSchema, Validator>()

function compiledFor(row: TSchema): Validator {
  const known = validators.get(row)
  if (known) return known
  const validator: Validator = Compile(row)
  validators.set(row, validator)
  return validator
}

const camelNames = new Map<string, string>()

function camelCase(column: string): string {
  const known = camelNames.get(column)
  if (known !== undefined) return known
  const name = column.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  camelNames.set(column, name)
  return name
}

function misfit(validator: Validator, row: Record<string, unknown>): string {
  const problems = new Map<string, string>()
  for (const error of validator.Errors(row)) {
    if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties) problems.set(snakeCase(name), 'is not selected')
      continue
    }
    const [, name = '', ...inside] = error.instancePath.split('/')
    const where = inside.length > 0 ? ` at ${inside.join('.')}` : ''
    const column = snakeCase(name)
    if (!problems.has(column)) problems.set(column, `${error.message}${where}, is ${kindOf(row[name])}`)
  }
  return [...problems].map(([column, problem]) => `column ${column} ${problem}`).join('; ')
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : typeof value
}
