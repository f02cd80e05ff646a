// A message's body so that it can be read: JSON with room to breathe, anything else as it came.

/** Every message carries these; at a glance the others are what it says. */
const envelope = new Set(['id', 'boot', 'seq', 'time'])

/** One line: {"a":1,"b":[2]} becomes a: 1, b: [2]. The envelope is left to the full text. */
export function inOneLine(body: string): string {
  const value = parsed(body)
  if (value === undefined) return body
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value)
  const entries = Object.entries(value)
  const said = entries.filter(([key]) => !envelope.has(key))
  return (said.length > 0 ? said : entries).map(([key, one]) => `${key}: ${JSON.stringify(one)}`).join(', ')
}

/** Several lines, indented. */
export function inLines(body: string): string {
  const value = parsed(body)
  return value === undefined ? body : JSON.stringify(value, null, 2)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined // Shown as it came: what cannot be read is what a tester looks for.
  }
}
