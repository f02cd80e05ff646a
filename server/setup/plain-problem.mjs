import process from 'node:process'

/** Something a person can mend: shown as its sentence alone, without a stack. */
export class PlainProblem extends Error {}

/** Tells what went wrong on stderr and sets the exit code; a defect of our own keeps its stack. */
export function explain(problem) {
  const text = problem instanceof PlainProblem ? problem.message : String(problem?.stack ?? problem)
  process.stderr.write(`\n${text}\n`)
  process.exitCode = problem?.exitCode ?? 1
}
