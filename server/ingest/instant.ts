const lastInstant = Date.UTC(9999, 11, 31)

/** True for epoch ms that PostgreSQL and JavaScript both can say; a time beyond the year 9999 is nobody's. */
export function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= lastInstant
}
