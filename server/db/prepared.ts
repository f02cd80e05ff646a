/**
 * Names under which a connection prepares its statements. Measured on a hazard's way (35 statements): parsing and
 * planning anew was a third of it, 28 ms against 18.
 */
const names = new Map<string, string>()

const limits = {
  // the service has about 250 texts; a prepared one costs a connection some 20 kB, so what is composed without end
  // (a filter with another number of conditions each time) stays unprepared
  textsMax: 500,
}

/** Undefined: not prepared, as is what has no parameters, which may be several statements in one. */
export function preparedName(text: string, values: readonly unknown[]): string | undefined {
  if (values.length === 0) return undefined
  const known = names.get(text)
  if (known !== undefined || names.size >= limits.textsMax) return known
  const name = `cp_${names.size}`
  names.set(text, name)
  return name
}
