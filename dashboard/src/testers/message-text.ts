// A message's body so that it can be read: JSON with room to breathe, anything else as it came.

/** One line: {"a":1,"b":[2]} becomes a: 1, b: [2]. */
export function inOneLine(body: string): string {
  const value = parsed(body)
  if (value === undefined) return body
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value)
  return Object.entries(value)
    .map(([key, one]) => `${key}: ${JSON.stringify(one)}`)
    .join(', ')
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
