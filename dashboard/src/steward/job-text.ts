// A job's place in words that can be read at arm's length.

/** 3-2-501 is building, unit and room; any other label stays as it is. */
export function doorParts(label: string): readonly [string, string, string] | undefined {
  const found = /^([^-]+)-([^-]+)-([^-]+)$/.exec(label)
  return found ? [found[1] ?? '', found[2] ?? '', found[3] ?? ''] : undefined
}

/** Years, from the year of birth alone: the day is not kept. */
export const ageOf = (birthYear: number, at: number): number => new Date(at).getUTCFullYear() - birthYear
