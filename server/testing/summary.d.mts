export type Tally = { runner: string; passed: number; failed: number; skipped: string[]; problems: string[] }
type End = { code: number; reason: string | undefined }
export function vitestTally(report: unknown, end: End): Tally
export function playwrightTally(report: unknown, end: End): Tally
export function total(
  tallies: Tally[],
  options: { skippedFails: boolean },
): { lines: string[]; exitCode: number }
