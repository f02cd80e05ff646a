import type { Static, TObject } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { Problem } from './message.ts'

export type Body = Record<string, unknown>

/**
 * The body without the optional members that do not fit its schema, each named in `problems`; undefined where a
 * needed one does not fit. A newer or careless firmware must not lose a whole message to one member.
 */
export function salvaged<T extends TObject>(
  schema: T,
  body: Body,
  problems: Problem[],
): Static<T> | undefined {
  const validator = compiledFor(schema)
  if (validator.Check(body)) return body as Static<T>
  const bad = misfits(validator, body)
  for (const name of bad) problems.push({ reason: 'unreadable', detail: detailOf(name) })
  const needed = (schema as { required?: readonly string[] }).required ?? []
  if (bad.has('') || needed.some((name) => bad.has(name))) return undefined
  const good = Object.fromEntries(Object.entries(body).filter(([name]) => !bad.has(name)))
  return validator.Check(good) ? (good as Static<T>) : undefined
}

/** The top-level members that do not fit; '' where one is missing. */
function misfits(validator: Validator, body: Body): Set<string> {
  return new Set(validator.Errors(body).map(({ instancePath }) => instancePath.split('/')[1] ?? ''))
}

const detailOf = (name: string): string => (name ? `${name} cannot be read` : 'a needed member is missing')

const validators = new WeakMap<TObject, Validator>()

function compiledFor(schema: TObject): Validator {
  const known = validators.get(schema)
  if (known) return known
  const validator: Validator = Compile(schema)
  validators.set(schema, validator)
  return validator
}
