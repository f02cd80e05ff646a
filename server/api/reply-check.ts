// Nothing leaves but what the contract names.
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'

/**
 * Serializes a reply by its schema: members that the schema does not know are left out (a column more in a query
 * must not tell anybody's secrets), and a reply that does not fit is an error of ours, named without its values.
 */
export function replyWriter(schema: TSchema): (reply: unknown) => string {
  const validator = Compile(schema)
  return (reply) => {
    // a copy, for Clean takes away in place what may be shared with others
    const clean = Value.Clean(schema, structuredClone(reply))
    if (validator.Check(clean)) return JSON.stringify(clean)
    const problems = validator.Errors(clean).map(({ instancePath, message }) => `${instancePath} ${message}`)
    throw new TypeError(`the reply does not fit the contract: ${problems.slice(0, 5).join('; ')}`)
  }
}
