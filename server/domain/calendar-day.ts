// Calendar days ('YYYY-MM-DD') without a zone or an hour.

/** So many days later, or earlier. */
export const addDays = (on: string, days: number): string =>
  new Date(Date.parse(`${on}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
